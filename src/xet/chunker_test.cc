#include "xet/chunker.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "xet/gear_table.h"
#include "xet/vectors_fixture.h"

namespace kohaku::xet {
namespace {

// Feeds pieces whose sizes come from `sizes`, over and over.
std::vector<std::size_t> ends_of(Bytes bytes, const std::vector<std::size_t>& sizes) {
  std::vector<std::size_t> ends;
  Chunker chunker;
  std::size_t at = 0;
  for (std::size_t i = 0; at < bytes.size(); ++i) {
    Bytes piece = bytes.subspan(at, std::min(sizes[i % sizes.size()], bytes.size() - at));
    while (!piece.empty()) {
      const auto [taken, ended] = chunker.next(piece);
      at += taken;
      if (ended) ends.push_back(at);
      piece = piece.subspan(taken);
    }
  }
  if (chunker.open_bytes() > 0) ends.push_back(at);
  return ends;
}

TEST(XetChunker, CutsWhereTheReferenceCuts) {
  for (const Vector& vector : vectors()) {
    const Bytes input = as_bytes(vector.input);
    EXPECT_EQ(ends_of(input, {input.size()}), vector.chunk_ends()) << vector.name;
  }
}

TEST(XetChunker, PiecesMakeNoDifference) {
  const std::vector<std::vector<std::size_t>> sizes = {
      {1}, {63, 1, 64}, {8191}, {8127, 1, 1}, {8128}, {4096, 13}, {131072}, {131071, 2}, {200000}};
  for (const char* name : {"rand1_1048576", "const59_200000", "text_400000"}) {
    const Vector& vector = vector_named(name);
    for (const auto& list : sizes) {
      EXPECT_EQ(ends_of(as_bytes(vector.input), list), vector.chunk_ends())
          << name << " in pieces of " << list.front();
    }
  }
}

TEST(XetChunker, AnInsertionMovesTheCutsNearItOnly) {
  const auto before = vector_named("rand1_1048576").chunk_ends();
  const auto after = vector_named("rand1_1048576_insert8_at_500000").chunk_ends();
  std::size_t same = 0;
  while (before[before.size() - 1 - same] + 8 == after[after.size() - 1 - same]) ++same;
  EXPECT_GT(same, 3U);
}

// 64 bytes after which the gear hash cuts.
std::string cutting_window() {
  for (std::uint64_t seed = 0;; ++seed) {
    std::string window = random_stream(64, seed);
    std::uint64_t gear = 0;
    for (const char c : window) gear = (gear << 1U) + gear_table[static_cast<unsigned char>(c)];
    if ((gear >> 48U) == 0) return window;
  }
}

TEST(XetChunker, CutsAtTheLeastSizeByAWholeWindow) {
  const std::string window = cutting_window();
  const auto ends_with_window_at = [&](std::size_t end) {
    std::string bytes(20000, '\x59');  // never cuts
    bytes.replace(end - window.size(), window.size(), window);
    const auto whole = ends_of(as_bytes(bytes), {bytes.size()});
    EXPECT_EQ(ends_of(as_bytes(bytes), {1}), whole);
    return whole;
  };
  using Ends = std::vector<std::size_t>;
  EXPECT_EQ(ends_with_window_at(8191), Ends({20000}));
  EXPECT_EQ(ends_with_window_at(8192), Ends({8192, 20000}));
  for (const std::size_t end : {8193U, 8194U, 8195U, 8196U, 10000U}) {
    EXPECT_EQ(ends_with_window_at(end), Ends({end, 20000}));
  }
}

TEST(XetChunker, NothingGivesNothing) {
  Chunker chunker;
  const auto [taken, ended] = chunker.next({});
  EXPECT_EQ(taken, 0U);
  EXPECT_FALSE(ended);
  EXPECT_EQ(chunker.open_bytes(), 0U);
}

}  // namespace
}  // namespace kohaku::xet
