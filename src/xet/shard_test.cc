#include "xet/shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "xet/shard_fixture.h"
#include "xet/vectors_fixture.h"
#include "xet/xorb.h"

namespace kohaku::xet {
namespace {

Hash hash_of(std::string_view text) { return chunk_hash(as_bytes(text)); }

std::vector<StoredChunk> stored(const std::vector<Chunk>& chunks) {
  std::vector<StoredChunk> list;
  for (const Chunk& chunk : chunks) list.push_back({chunk.hash, chunk.size + 8, chunk.size});
  return list;
}

std::string refusal(std::string_view shard) {
  const auto reader = ShardReader::open(as_bytes(shard));
  if (reader) return "accepted";
  EXPECT_EQ(reader.error().code, Code::bad_request);
  return reader.error().message;
}

// Walks through everything, as far as it claims to go.
std::uint64_t walk(ShardReader reader) {
  std::uint64_t sum = 0;
  while (const auto file = reader.next_file()) {
    sum += file->size();
    for (std::uint32_t i = 0; i < file->terms; ++i) {
      sum += file->term(i).size + (file->verification(i) ? 1 : 0);
    }
  }
  while (const auto xorb = reader.next_xorb()) {
    for (std::uint32_t i = 0; i < xorb->chunks; ++i) sum += xorb->chunk(i).size;
  }
  return sum;
}

TEST(XetShard, ReadsTheShardOfTheReference) {
  const std::string shard = vector_file("three-files.shard");
  auto reader = ShardReader::open(as_bytes(shard));
  ASSERT_TRUE(reader) << reader.error().message;
  std::map<std::string, const Vector*> by_file;
  std::map<std::string, const Vector*> by_xorb;
  for (const char* name : {"rand1_65536", "text_400000", "rand1_1048576"}) {
    by_file[vector_named(name).text("file_hash")] = &vector_named(name);
    by_xorb[vector_named(name).text("xorb_hash")] = &vector_named(name);
  }
  EXPECT_EQ(reader->file_count(), 3U);
  EXPECT_EQ(reader->xorb_count(), 3U);
  while (const auto file = reader->next_file()) {
    const auto found = by_file.extract(to_text(file->hash));
    ASSERT_TRUE(found);
    const Vector& vector = *found.mapped();
    EXPECT_EQ(file->size(), vector.input.size());
    ASSERT_EQ(file->terms, 1U);
    EXPECT_EQ(file->term(0),
              (Term{.xorb = *parse_hash(vector.text("xorb_hash")),
                    .size = static_cast<std::uint32_t>(vector.input.size()),
                    .first = 0,
                    .last_exclusive = static_cast<std::uint32_t>(vector.hashes().size())}));
    EXPECT_TRUE(file->has_verification);
    EXPECT_EQ(to_text(*file->verification(0)), vector.text("range_hash_all"));
    EXPECT_EQ(file->sha256, sha256(vector.input));
  }
  EXPECT_TRUE(by_file.empty());
  while (const auto xorb = reader->next_xorb()) {
    const auto found = by_xorb.extract(to_text(xorb->hash));
    ASSERT_TRUE(found);
    const auto chunks = found.mapped()->hashes();
    EXPECT_EQ(xorb->size, found.mapped()->input.size());
    ASSERT_EQ(xorb->chunks, chunks.size());
    std::uint32_t offset = 0;
    for (std::uint32_t i = 0; i < xorb->chunks; ++i) {
      EXPECT_EQ(xorb->chunk(i), (ShardReader::XorbChunk{chunks[i].hash, offset, chunks[i].size}));
      offset += chunks[i].size;
    }
  }
  EXPECT_TRUE(by_xorb.empty());
  EXPECT_FALSE(reader->next_file());
  EXPECT_FALSE(reader->next_xorb());
  EXPECT_EQ(reader->chunk_key(), Hash{});
  EXPECT_EQ(reader->expires(), UINT64_MAX);
}

const Hash xorb_a = hash_of("xorb a");
const Hash xorb_b = hash_of("xorb b");

// Two files, the first with all it can have, and one xorb.
std::string sample_upload() {
  const std::vector<FileEntry> files = {{hash_of("file 1"),
                                         {{xorb_a, 100, 0, 2}, {xorb_b, 7, 5, 6}},
                                         {hash_of("range 1"), hash_of("range 2")},
                                         sha256("file 1")},
                                        {hash_of("file 2"), {{xorb_a, 50, 1, 2}}, {}, std::nullopt},
                                        {Hash{}, {}, {}, sha256("")}};
  const auto chunks = stored({{hash_of("c1"), 50}, {hash_of("c2"), 50}});
  const XorbEntry xorb{xorb_a, chunks};
  return write_upload_shard(files, {&xorb, 1});
}

TEST(XetShard, ReadsAnUploadWithoutFooter) {
  const std::string shard = sample_upload();
  auto reader = *ShardReader::open(as_bytes(shard));
  EXPECT_EQ(reader.file_count(), 3U);
  EXPECT_EQ(reader.xorb_count(), 1U);
  auto file = *reader.next_file();
  EXPECT_EQ(file.hash, hash_of("file 1"));
  EXPECT_EQ(file.size(), 107U);
  EXPECT_EQ(file.term(1), (Term{xorb_b, 7, 5, 6}));
  EXPECT_EQ(file.verification(0), hash_of("range 1"));
  EXPECT_EQ(file.verification(1), hash_of("range 2"));
  EXPECT_EQ(file.sha256, sha256("file 1"));
  file = *reader.next_file();
  EXPECT_FALSE(file.has_verification);
  EXPECT_FALSE(file.verification(0));
  EXPECT_FALSE(file.sha256);
  EXPECT_EQ(file.term(0), (Term{xorb_a, 50, 1, 2}));
  file = *reader.next_file();
  EXPECT_EQ(file.terms, 0U);
  EXPECT_EQ(file.size(), 0U);
  EXPECT_EQ(file.sha256, sha256(""));
  EXPECT_FALSE(reader.next_file());
  const auto xorb = *reader.next_xorb();
  EXPECT_EQ(xorb.hash, xorb_a);
  EXPECT_EQ(xorb.size, 100U);
  EXPECT_EQ(xorb.packed_bytes, 116U);
  EXPECT_EQ(xorb.chunk(1), (ShardReader::XorbChunk{hash_of("c2"), 50, 50}));
  EXPECT_FALSE(reader.next_xorb());
}

TEST(XetShard, ReadsAShardWithoutXorbs) {
  const FileEntry file{hash_of("f"), {{xorb_a, 1, 0, 1}}, {hash_of("r")}, sha256("f")};
  const std::string shard = write_upload_shard({&file, 1}, {});
  EXPECT_EQ(shard.size(), 336U);
  auto reader = *ShardReader::open(as_bytes(shard));
  EXPECT_EQ(reader.file_count(), 1U);
  EXPECT_FALSE(reader.next_xorb());
}

TEST(XetShard, ReadsAMillionTerms) {
  FileEntry file{hash_of("f"), {}, {}, std::nullopt};
  for (std::uint32_t i = 0; i < 1000000; ++i) file.terms.push_back({xorb_a, 64 << 20, 0, 8192});
  const std::string shard = write_upload_shard({&file, 1}, {});
  auto reader = *ShardReader::open(as_bytes(shard));
  const auto read = *reader.next_file();
  EXPECT_EQ(read.terms, 1000000U);
  EXPECT_EQ(read.size(), 1000000ULL << 26U);
}

TEST(XetShard, DedupAnswerReadsBack) {
  const auto first = stored(vector_named("text_400000").hashes());
  const auto second = stored({{hash_of("x"), 5}});
  const std::vector<XorbEntry> xorbs = {{xorb_a, first}, {xorb_b, second}};
  for (const Hash& key : {Hash{}, hash_of("key")}) {
    const std::string shard = write_dedup_shard(xorbs, 1700000000, 1700086400, key);
    auto reader = *ShardReader::open(as_bytes(shard));
    EXPECT_EQ(reader.file_count(), 0U);
    EXPECT_EQ(reader.xorb_count(), 2U);
    EXPECT_EQ(reader.chunk_key(), key);
    EXPECT_EQ(reader.expires(), 1700086400U);
    for (const XorbEntry& expected : xorbs) {
      const auto xorb = *reader.next_xorb();
      EXPECT_EQ(xorb.hash, expected.hash);
      ASSERT_EQ(xorb.chunks, expected.chunks.size());
      std::uint32_t offset = 0;
      for (std::uint32_t i = 0; i < xorb.chunks; ++i) {
        const StoredChunk& chunk = expected.chunks[i];
        EXPECT_EQ(xorb.chunk(i),
                  (ShardReader::XorbChunk{keyed_chunk_hash(key, chunk.hash), offset, chunk.size}));
        offset += chunk.size;
      }
      EXPECT_EQ(xorb.size, offset);
      EXPECT_EQ(xorb.packed_bytes, offset + 8 * xorb.chunks);
    }
  }
}

std::string with_u32(std::string shard, std::size_t offset, std::uint32_t value) {
  std::string number;
  append_u32(number, value);
  return shard.replace(offset, 4, number);
}

TEST(XetShard, RefusesAnotherHeader) {
  const std::string shard = sample_upload();
  EXPECT_EQ(refusal(shard), "accepted");
  EXPECT_EQ(refusal(""), "This is not a shard.");
  for (std::size_t i = 0; i < 32; ++i) {
    std::string bad = shard;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_EQ(refusal(bad), "This is not a shard.") << i;
  }
  EXPECT_EQ(refusal(with_u32(shard, 32, 3)),
            "The shard has a version that this server does not know.");
  EXPECT_EQ(refusal(with_u32(shard, 36, 1)),
            "The shard has a version that this server does not know.");
  EXPECT_EQ(refusal(with_u32(shard, 40, 199)), "The shard has a footer of an unknown size.");
  EXPECT_EQ(refusal(with_u32(shard, 44, 1)), "The shard has a footer of an unknown size.");
  EXPECT_EQ(refusal(with_u32(shard, 40, 200).substr(0, 247)), "The shard ends within its footer.");
}

TEST(XetShard, RefusesCountsThatLie) {
  const std::string shard = sample_upload();
  // The first file's header is at 48; its count of terms at 48 + 36.
  for (const std::uint32_t count : {17U, 1000U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    EXPECT_EQ(refusal(with_u32(shard, 84, count)), "The shard ends within a block.") << count;
  }
  EXPECT_EQ(refusal(with_u32(shard, 80, 0xE0000000)), "The shard has a file with unknown flags.");
  const std::size_t xorb_at = shard.size() - 4 * shard_format::record_bytes;
  for (const std::uint32_t count : {4U, 8192U, 0xFFFFFFFFU}) {
    EXPECT_EQ(refusal(with_u32(shard, xorb_at + 36, count)), "The shard ends within a block.");
  }
  // All of the records are there, but no xorb is as long.
  const std::vector<StoredChunk> chunks(8193, StoredChunk{xorb_b, 9, 1});
  const XorbEntry xorb{xorb_a, chunks};
  EXPECT_EQ(refusal(write_upload_shard({}, {&xorb, 1})),
            "The shard has a xorb with more than 8192 chunks.");
}

TEST(XetShard, RefusesTermsThatNoXorbCanHave) {
  const auto with_term = [](const Term& term) {
    const FileEntry file{hash_of("f"), {term}, {}, std::nullopt};
    return refusal(write_upload_shard({&file, 1}, {}));
  };
  EXPECT_EQ(with_term({xorb_a, 1, 8191, 8192}), "accepted");
  for (const Term& term : {Term{xorb_a, 1, 1, 1}, Term{xorb_a, 1, 2, 1}, Term{xorb_a, 1, 0, 8193},
                           Term{xorb_a, 1, 0xFFFFFFFF, 0}, Term{xorb_a, 1, 0, 0xFFFFFFFF}}) {
    EXPECT_EQ(with_term(term), "The shard has a term with a range of chunks that no xorb has.");
  }
  EXPECT_EQ(with_term({xorb_a, 64 << 20, 0, 1}), "accepted");
  for (const std::uint32_t size : {0U, (64U << 20U) + 1, 0xFFFFFFFFU}) {
    EXPECT_EQ(with_term({xorb_a, size, 0, 1}),
              "The shard has a term without bytes or with more than 64 MiB.");
  }
}

TEST(XetShard, RefusesEveryCut) {
  for (const std::string& shard : {sample_upload(), vector_file("three-files.shard")}) {
    for (std::size_t length = 0; length < shard.size(); ++length) {
      EXPECT_NE(refusal(shard.substr(0, length)), "accepted") << length;
    }
  }
  EXPECT_EQ(refusal(sample_upload() + "x"), "The shard has bytes behind its last section.");
  EXPECT_EQ(refusal(sample_upload() + std::string(48, '\0')),
            "The shard has bytes behind its last section.");
}

TEST(XetShard, RefusesAFooterThatDoesNotFit) {
  const std::string shard = vector_file("three-files.shard");
  const std::size_t footer = shard.size() - 200;
  EXPECT_EQ(refusal(with_u32(shard, footer, 2)), "The shard has a footer of an unknown version.");
  for (const std::size_t field : {8U, 16U, 192U}) {
    EXPECT_EQ(refusal(with_u32(shard, footer + field, 1)),
              "The footer of the shard does not fit its sections.");
  }
}

// Whatever byte is changed: refused, or read to its end without leaving the bytes (under ASan).
TEST(XetShard, EveryFlippedByteIsBounded) {
  std::uint64_t accepted = 0;
  for (const std::string& shard : {sample_upload(), vector_file("three-files.shard")}) {
    for (std::size_t i = 0; i < shard.size(); ++i) {
      for (const unsigned mask : {0x01U, 0x80U, 0xFFU}) {
        std::string bad = shard;
        bad[i] = static_cast<char>(static_cast<unsigned char>(bad[i]) ^ mask);
        const auto reader = ShardReader::open(as_bytes(bad));
        if (!reader) continue;
        ++accepted;
        EXPECT_LE(reader->file_count() + reader->xorb_count(), bad.size() / 48);
        walk(*reader);
      }
    }
  }
  EXPECT_GT(accepted, 0U);  // a changed hash is another hash
}

}  // namespace
}  // namespace kohaku::xet
