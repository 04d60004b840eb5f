#include "xet/chunker.h"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST(XetChunker, NothingGivesNothing) {
  Chunker chunker;
  const auto [taken, ended] = chunker.next({});
  EXPECT_EQ(taken, 0U);
  EXPECT_FALSE(ended);
  EXPECT_EQ(chunker.open_bytes(), 0U);
}

}  // namespace
}  // namespace kohaku::xet
