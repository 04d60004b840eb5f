#include "xet/hash.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "xet/vectors_fixture.h"

namespace kohaku::xet {
namespace {

TEST(XetHash, InputsOfTheVectorsAreTheRightOnes) {
  ASSERT_EQ(vectors().size(), 22U);
  for (const Vector& vector : vectors()) {
    EXPECT_EQ(sha256(vector.input).hex(), vector.text("sha256")) << vector.name;
  }
}

TEST(XetHash, TextSwapsGroupsOfEightBytes) {
  Hash hash;
  for (std::size_t i = 0; i < Hash::size; ++i) hash.bytes[i] = static_cast<std::byte>(i);
  const std::string text = "07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918";
  EXPECT_EQ(to_text(hash), text);
  EXPECT_EQ(parse_hash(text), hash);
  EXPECT_EQ(to_sha256(hash).hex(), text);
  EXPECT_EQ(from_sha256(*Sha256::from_hex(text)), hash);
}

TEST(XetHash, TextIsStrict) {
  const std::string good(64, 'a');
  EXPECT_TRUE(parse_hash(good));
  EXPECT_FALSE(parse_hash(""));
  EXPECT_FALSE(parse_hash(good + "a"));
  EXPECT_FALSE(parse_hash(good.substr(1)));
  EXPECT_FALSE(parse_hash(good.substr(1) + "A"));
  EXPECT_FALSE(parse_hash(good.substr(1) + "g"));
  EXPECT_FALSE(parse_hash(good.substr(1) + " "));
}

TEST(XetHash, ChunkHashesAreTheReference) {
  for (const Vector& vector : vectors()) {
    const auto chunks = vector.chunks();
    const auto hashes = vector.hashes();
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      ASSERT_EQ(chunk_hash(as_bytes(chunks[i])), hashes[i].hash) << vector.name << " chunk " << i;
    }
  }
}

TEST(XetHash, XorbFileAndRangeHashesAreTheReference) {
  for (const Vector& vector : vectors()) {
    const auto hashes = vector.hashes();
    EXPECT_EQ(to_text(xorb_hash(hashes)), vector.text("xorb_hash")) << vector.name;
    EXPECT_EQ(to_text(file_hash(hashes)), vector.text("file_hash")) << vector.name;
    if (hashes.empty()) continue;
    RangeHasher range;
    for (const Chunk& chunk : hashes) range.add(chunk.hash);
    EXPECT_EQ(to_text(range.finish()), vector.text("range_hash_all")) << vector.name;
  }
}

// Trees of every small size, and of one with several levels, with hashes that cut groups early and
// late. Made by the official crates: see tree_hashes in tests/xet/maker.
TEST(XetHash, TreesOfManyShapesAreTheReference) {
  const auto json = boost::json::parse(vector_file("trees.json"));
  ASSERT_GT(json.as_array().size(), 100U);
  for (const auto& entry : json.as_array()) {
    const auto count = entry.at("count").to_number<std::size_t>();
    const auto step = entry.at("step").to_number<std::size_t>();
    HashTree tree;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t number = i * step;
      tree.add(chunk_hash(as_bytes(std::to_string(number))), number);
    }
    EXPECT_EQ(to_text(tree.root()), entry.at("xorb_hash").as_string()) << count << " by " << step;
    EXPECT_EQ(to_text(tree.file_hash()), entry.at("file_hash").as_string())
        << count << " by " << step;
  }
}

TEST(XetHash, TreeGoesOnAfterItsRootWasAsked) {
  const auto hashes = vector_named("rand42_20000000").hashes();
  HashTree tree;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    EXPECT_EQ(tree.root(), xorb_hash(std::span(hashes).first(i)));
    tree.add(hashes[i].hash, hashes[i].size);
  }
  EXPECT_EQ(tree.root(), xorb_hash(hashes));
}

TEST(XetHash, KeyedChunkHash) {
  const Hash chunk = chunk_hash(as_bytes("a"));
  EXPECT_EQ(keyed_chunk_hash({}, chunk), chunk);
  const Hash key = chunk_hash(as_bytes("key"));
  EXPECT_NE(keyed_chunk_hash(key, chunk), chunk);
  EXPECT_NE(keyed_chunk_hash(chunk, chunk), keyed_chunk_hash(key, chunk));
}

}  // namespace
}  // namespace kohaku::xet
