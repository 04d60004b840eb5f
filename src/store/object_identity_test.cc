#include "store/object_identity.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/object_terms.h"
#include "store/xorb_fixture.h"

namespace kohaku::store {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

// Where the reference cuts, all bytes at once.
std::vector<xet::Chunk> chunks_of(std::string_view bytes) {
  std::vector<xet::Chunk> chunks;
  xet::Chunker chunker;
  while (!bytes.empty()) {
    std::size_t size = 0;
    for (bool ended = false; !ended && size < bytes.size();) {
      const auto step = chunker.next(as_bytes(bytes.substr(size)));
      size += step.taken;
      ended = step.ended;
    }
    chunks.push_back(
        {xet::chunk_hash(as_bytes(bytes.substr(0, size))), static_cast<std::uint32_t>(size)});
    bytes.remove_prefix(size);
  }
  return chunks;
}

class ObjectIdentityTest : public XorbTest {
 protected:
  Result<> identify(const std::string& bytes, int* steps = nullptr) {
    auto object = find_unidentified(*database_, Sha256{}, 10).value();
    EXPECT_EQ(object.size(), 1U);
    EXPECT_EQ(object.at(0).sha256, sha256(bytes));
    auto work = TRY(Identification::begin(*database_, clock_, xorbs().open_objects(), object[0]));
    while (!TRY(work->advance())) {
      if (steps != nullptr) ++*steps;
    }
    return {};
  }

  std::vector<xet::Term> terms_of(const std::string& bytes) {
    std::vector<xet::Term> terms;
    TermReader reader(*database_, sha256(bytes));
    while (const auto term = reader.next().value()) terms.push_back(*term);
    return terms;
  }

  // The identity is that of the bytes, and the terms give the bytes again.
  void expect_identity(const std::string& bytes) {
    const auto object = find(bytes).value().value();
    ASSERT_TRUE(object.xet_hash);
    EXPECT_EQ(*object.xet_hash, xet::file_hash(chunks_of(bytes)));
    EXPECT_TRUE(find_unidentified(*database_, Sha256{}, 10)->empty());

    const auto terms = terms_of(bytes);
    const auto give = [&, next = std::size_t{0}]() mutable -> Result<std::optional<xet::Term>> {
      if (next == terms.size()) return std::nullopt;
      return terms[next++];
    };
    Reassembly reassembly(xorbs(), give, 0, bytes.size());
    std::size_t at = 0;
    while (true) {
      const auto piece = reassembly.read().value();
      if (piece.empty()) break;
      ASSERT_TRUE(as_text(piece) == std::string_view(bytes).substr(at, piece.size())) << at;
      at += piece.size();
    }
    EXPECT_EQ(at, bytes.size());
  }
};

TEST_F(ObjectIdentityTest, ObjectsOfAllSizes) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{8191},
                                 std::size_t{8192}, std::size_t{200'000}, 3 * mebibyte + 5}) {
    const auto bytes = noise(size, 5);
    ASSERT_TRUE(publish(bytes));
    ASSERT_TRUE(identify(bytes)) << size;
    expect_identity(bytes);
    EXPECT_EQ(terms_of(bytes).size(), size == 0 ? 0U : 1U);
  }
}

// A xorb holds 64 MiB, here in chunks of 128 KiB.
TEST_F(ObjectIdentityTest, AXorbEndsAt64Mebibytes) {
  for (const std::size_t size : {64 * mebibyte, 64 * mebibyte + 1}) {
    const std::string bytes(size, 'z');
    ASSERT_TRUE(publish(bytes));
    int steps = 0;
    ASSERT_TRUE(identify(bytes, &steps));
    EXPECT_GE(steps, 3);  // others have their turn in between
    expect_identity(bytes);
    const auto terms = terms_of(bytes);
    ASSERT_EQ(terms.size(), size == 64 * mebibyte ? 1U : 2U);
    EXPECT_EQ(terms[0].last_exclusive, 512U);
    EXPECT_EQ(terms[0].size, 64 * mebibyte);
  }
}

TEST_F(ObjectIdentityTest, AXorbThatIsStoredAlreadyIsUsed) {
  const auto bytes = noise(5000);
  const MadeXorb stored({bytes});
  ASSERT_TRUE(put(stored));
  ASSERT_TRUE(publish(bytes));
  ASSERT_TRUE(identify(bytes));
  expect_identity(bytes);
  EXPECT_EQ(terms_of(bytes), std::vector{stored.term()});
  EXPECT_EQ(count("SELECT count(*) FROM xorb WHERE form = 'stored'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM xorb"), 1);
}

TEST_F(ObjectIdentityTest, TheFirstChunkIsKnownToTheQuery) {
  const auto bytes = noise(100'000);
  ASSERT_TRUE(publish(bytes));
  ASSERT_TRUE(identify(bytes));
  const auto first = chunks_of(bytes).front().hash;
  const auto row = database_->read_now([&](db::Connection& c) {
    return c.sql("SELECT xorb_hash FROM xet_chunk WHERE chunk_hash = ?1")
        .bind(first)
        .first<xet::Hash>();
  });
  ASSERT_TRUE(*row);
  EXPECT_EQ(std::get<0>(**row), terms_of(bytes).at(0).xorb);
}

TEST_F(ObjectIdentityTest, WhatBrokeOffIsBegunAnew) {
  const auto bytes = noise(40 * mebibyte);
  ASSERT_TRUE(publish(bytes));
  {
    auto object = find_unidentified(*database_, Sha256{}, 10).value();
    auto work = Identification::begin(*database_, clock_, xorbs().open_objects(), object.at(0));
    ASSERT_TRUE(work);
    ASSERT_FALSE(*(*work)->advance());
  }
  ASSERT_TRUE(identify(bytes));
  expect_identity(bytes);
}

TEST_F(ObjectIdentityTest, AnObjectThatWentMeanwhileGetsNone) {
  const auto bytes = noise(5000);
  ASSERT_TRUE(publish(bytes));
  auto object = find_unidentified(*database_, Sha256{}, 10).value();
  auto work = Identification::begin(*database_, clock_, xorbs().open_objects(), object.at(0));
  ASSERT_TRUE(work);
  execute("UPDATE large_object SET physical_name = 'another'");
  ASSERT_TRUE(*(*work)->advance());
  EXPECT_EQ(count("SELECT count(*) FROM large_object WHERE xet_hash IS NOT NULL"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM object_terms"), 0);
}

TEST_F(ObjectIdentityTest, ADamagedObjectGetsNone) {
  const auto bytes = noise(5000);
  ASSERT_TRUE(publish(bytes));
  flip_bit(store_->files().object((*find(bytes))->physical_name), 100);
  const auto done = identify(bytes);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::internal);
  EXPECT_EQ(count("SELECT count(*) FROM large_object WHERE xet_hash IS NOT NULL"), 0);
}

TEST_F(ObjectIdentityTest, ObjectsComeInTheOrderOfTheirHashes) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) ASSERT_TRUE(publish(noise(100, seed)));
  std::vector<Sha256> found;
  Sha256 after;
  while (true) {
    const auto some = find_unidentified(*database_, after, 2).value();
    if (some.empty()) break;
    for (const auto& object : some) found.push_back(after = object.sha256);
  }
  EXPECT_EQ(found.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(found, {}, [](const Sha256& hash) { return hash.hex(); }));
}

}  // namespace
}  // namespace kohaku::store
