#include "xet/xorb.h"

#include <gtest/gtest.h>
#include <lz4frame.h>

#include <algorithm>

#include "base/hash.h"
#include "xet/byte_groups.h"
#include "xet/vectors_fixture.h"

namespace kohaku::xet {
namespace {

struct Read {
  std::vector<StoredChunk> chunks;
  Hash hash;
  std::uint64_t packed_bytes = 0;
  std::uint64_t size = 0;

  friend bool operator==(const Read&, const Read&) = default;
};

Result<Read> read_xorb(std::string_view xorb, std::size_t piece = SIZE_MAX) {
  XorbReader reader;
  for (std::size_t at = 0; at < xorb.size(); at += std::min(piece, xorb.size() - at)) {
    TRY(reader.update(as_bytes(xorb.substr(at, piece))));
  }
  TRY(reader.finish());
  return Read{reader.chunks(), reader.hash(), reader.packed_bytes(), reader.size()};
}

std::string refusal(std::string_view xorb) {
  const auto read = read_xorb(xorb);
  if (read) return "accepted";
  EXPECT_EQ(read.error().code, Code::bad_request);
  return read.error().message;
}

std::string serialize(const std::vector<std::string_view>& chunks, Compression compression) {
  std::string xorb;
  for (const std::string_view chunk : chunks) append_chunk(xorb, as_bytes(chunk), compression);
  return xorb;
}

std::string raw_chunk(Compression compression, std::string_view data, std::uint32_t size) {
  std::string chunk;
  append_chunk_header(chunk, static_cast<std::uint32_t>(data.size()), compression, size);
  return chunk.append(data);
}

std::string lz4_frame(std::string_view content,
                      LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES) {
  std::string frame(LZ4F_compressFrameBound(content.size(), &preferences), '\0');
  frame.resize(
      LZ4F_compressFrame(frame.data(), frame.size(), content.data(), content.size(), &preferences));
  return frame;
}

// Every chunk of `xorb`, decoded one by one from the offsets that the reader found.
std::string decode_all(std::string_view xorb, const std::vector<StoredChunk>& chunks) {
  std::string content;
  ChunkDecoder decoder;
  std::size_t at = 0;
  for (const StoredChunk& chunk : chunks) {
    content += as_text(*decoder.decode(as_bytes(xorb.substr(at, chunk.packed_bytes))));
    at += chunk.packed_bytes;
  }
  return content;
}

// Calls `visit(vector, entry of its xorb, bytes)` for each xorb among the vectors; gives how many.
template <class Visit>
int for_each_xorb(const Visit& visit) {
  int count = 0;
  for (const Vector& vector : vectors()) {
    if (!vector.expected.contains("xorbs")) continue;
    for (const auto& entry : vector.expected.at("xorbs").as_array()) {
      if (!entry.as_object().contains("file")) continue;
      visit(vector, entry.as_object(), vector_file(entry.at("file").as_string().c_str()));
      ++count;
    }
  }
  return count;
}

TEST(XetXorb, ReadsEveryXorbOfTheReference) {
  const int count =
      for_each_xorb([](const Vector& vector, const auto& entry, const std::string& xorb) {
        const std::string name = entry.at("file").as_string().c_str();
        ASSERT_EQ(sha256(xorb).hex(), entry.at("sha256").as_string()) << name;
        const auto read = read_xorb(xorb);
        ASSERT_TRUE(read) << name << ": " << read.error().message;
        EXPECT_EQ(to_text(read->hash), vector.text("xorb_hash")) << name;
        EXPECT_EQ(read->size, vector.input.size()) << name;
        const bool footer = entry.at("footer").as_bool();
        EXPECT_EQ(read->packed_bytes,
                  footer ? entry.at("footer_start").template to_number<std::size_t>() : xorb.size())
            << name;
        const auto expected = vector.hashes();
        ASSERT_EQ(read->chunks.size(), expected.size()) << name;
        for (std::size_t i = 0; i < expected.size(); ++i) {
          EXPECT_EQ(read->chunks[i].hash, expected[i].hash) << name << " chunk " << i;
          EXPECT_EQ(read->chunks[i].size, expected[i].size) << name << " chunk " << i;
        }
        EXPECT_TRUE(decode_all(xorb, read->chunks) == vector.input) << name;
        for (const std::size_t piece : {1UL, 7UL, 4096UL, 70000UL}) {
          EXPECT_EQ(*read_xorb(xorb, piece), *read) << name << " in pieces of " << piece;
        }
      });
  EXPECT_EQ(count, 24);
}

TEST(XetXorb, WithoutCompressionItWritesTheBytesOfTheReference) {
  int count = 0;
  for (const Vector& vector : vectors()) {
    if (!vector.expected.contains("xorbs")) continue;
    const std::string xorb = serialize(vector.chunks(), Compression::none);
    for (const auto& entry : vector.expected.at("xorbs").as_array()) {
      if (entry.at("scheme").as_string() != "none" || entry.at("footer").as_bool()) continue;
      EXPECT_EQ(sha256(xorb).hex(), entry.at("sha256").as_string()) << vector.name;
      ++count;
    }
  }
  EXPECT_EQ(count, 19);
}

TEST(XetXorb, ReadsWhatItWrites) {
  for (const Vector& vector : vectors()) {
    if (vector.input.empty() || vector.input.size() > 2000000) continue;
    for (const auto compression : {Compression::lz4, Compression::bg4_lz4}) {
      const std::string xorb = serialize(vector.chunks(), compression);
      const auto read = read_xorb(xorb);
      ASSERT_TRUE(read) << vector.name << ": " << read.error().message;
      EXPECT_EQ(to_text(read->hash), vector.text("xorb_hash")) << vector.name;
      EXPECT_TRUE(decode_all(xorb, read->chunks) == vector.input) << vector.name;
      EXPECT_LE(xorb.size(), vector.input.size() + read->chunks.size() * chunk_header_bytes);
    }
  }
  const auto floats = vector_named("f32_400000").chunks();
  EXPECT_LT(serialize(floats, Compression::bg4_lz4).size(),
            serialize(floats, Compression::lz4).size());
  EXPECT_EQ(serialize({"ab"}, Compression::lz4), serialize({"ab"}, Compression::none));
}

TEST(XetXorb, GroupsBytesOfEverySize) {
  const std::string bytes = "0123456789a";
  std::string out(bytes.size(), '\0');
  group_bytes(as_bytes(bytes), std::as_writable_bytes(std::span(out)));
  EXPECT_EQ(out, "048"
                 "159"
                 "26a"
                 "37");
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::string grouped(size, '\0');
    std::string back(size, '\0');
    group_bytes(as_bytes(bytes).first(size), std::as_writable_bytes(std::span(grouped)));
    ungroup_bytes(as_bytes(grouped), std::as_writable_bytes(std::span(back)));
    EXPECT_EQ(back, bytes.substr(0, size));
  }
}

// JavaScript clients write linked blocks of up to 4 MiB; others may add check sums and sizes.
TEST(XetXorb, ReadsEveryKindOfFrame) {
  const std::string content = text_stream(most_chunk_bytes);
  for (const auto block : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
    for (unsigned kind = 0; kind < 16; ++kind) {
      LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
      preferences.frameInfo.blockSizeID = block;
      preferences.frameInfo.blockMode = (kind & 1U) != 0 ? LZ4F_blockLinked : LZ4F_blockIndependent;
      preferences.frameInfo.contentSize = (kind & 2U) != 0 ? content.size() : 0;
      preferences.frameInfo.blockChecksumFlag =
          (kind & 4U) != 0 ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum;
      preferences.frameInfo.contentChecksumFlag =
          (kind & 8U) != 0 ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum;
      const auto chunk =
          raw_chunk(Compression::lz4, lz4_frame(content, preferences), most_chunk_bytes);
      const auto read = read_xorb(chunk);
      ASSERT_TRUE(read) << block << "/" << kind << ": " << read.error().message;
      EXPECT_EQ(read->hash, chunk_hash(as_bytes(content)));
    }
  }
}

TEST(XetXorb, RefusesHeadersThatLie) {
  const std::string good = raw_chunk(Compression::none, "abc", 3);
  EXPECT_EQ(refusal(good), "accepted");
  std::string bad = good;
  bad[0] = '\1';
  EXPECT_EQ(refusal(bad), "The xorb has a chunk of an unknown version.");
  for (const char scheme : {'\3', '\x63', '\xFF'}) {
    bad = good;
    bad[4] = scheme;
    EXPECT_EQ(refusal(bad), "The xorb has a chunk with an unknown compression scheme.");
  }
  EXPECT_EQ(refusal(raw_chunk(Compression::none, "abc", 4)),
            "The xorb has a chunk without compression whose two lengths differ.");
  EXPECT_EQ(refusal(raw_chunk(Compression::none, "", 0)), "The xorb has a chunk without bytes.");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, "", 1)), "The xorb has a chunk without bytes.");
  const std::string large(most_chunk_bytes + 1, 'x');
  EXPECT_EQ(refusal(raw_chunk(Compression::none, large, most_chunk_bytes + 1)),
            "The xorb has a chunk of more than 128 KiB.");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, std::string(most_packed_chunk_bytes + 1, 'x'), 1)),
            "The xorb has a chunk of more than 256 KiB of packed data.");
}

TEST(XetXorb, RefusesCompressedDataThatDoesNotFit) {
  const std::string frame = lz4_frame(text_stream(50000));
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, frame, 50000)), "accepted");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, frame, 49999)),
            "The xorb has a chunk that unpacks to more bytes than its header says.");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, frame, 50001)),
            "The xorb has a chunk that unpacks to fewer bytes than its header says.");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, frame + "x", 50000)),
            "The xorb has a chunk with bytes behind its compressed data.");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, frame + frame, 50000)),
            "The xorb has a chunk with bytes behind its compressed data.");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, frame.substr(0, frame.size() - 5), 50000)),
            "The xorb has a chunk whose compressed data is cut short.");
  EXPECT_EQ(refusal(raw_chunk(Compression::bg4_lz4, frame, 49999)),
            "The xorb has a chunk that unpacks to more bytes than its header says.");
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, "no frame at all", 15)),
            "The xorb has a chunk that cannot be decompressed.");
  const std::string skippable("\x50\x2A\x4D\x18\x04\0\0\0abcd", 12);
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, skippable, 4)),
            "The xorb has a chunk that unpacks to fewer bytes than its header says.");
}

// 4 MiB of zeros in a few KiB, said to be one chunk of 128 KiB.
TEST(XetXorb, RefusesABomb) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = LZ4F_max4MB;
  const std::string frame = lz4_frame(std::string(16 << 20, '\0'), preferences);
  ASSERT_LT(frame.size(), most_packed_chunk_bytes);
  EXPECT_EQ(refusal(raw_chunk(Compression::lz4, frame, most_chunk_bytes)),
            "The xorb has a chunk that unpacks to more bytes than its header says.");
}

TEST(XetXorb, DecoderGoesOnAfterADamagedChunk) {
  ChunkDecoder decoder;
  const std::string good = serialize({text_stream(5000)}, Compression::bg4_lz4);
  EXPECT_FALSE(decoder.decode(as_bytes(good).first(good.size() - 1)));
  EXPECT_FALSE(decoder.decode(as_bytes(good).first(3)));
  std::string bad = good;
  bad[30] = static_cast<char>(~bad[30]);
  std::ignore = decoder.decode(as_bytes(bad));
  EXPECT_EQ(as_text(*decoder.decode(as_bytes(good))), text_stream(5000));
}

TEST(XetXorb, RefusesTooManyChunks) {
  std::string xorb;
  for (std::size_t i = 0; i < most_xorb_chunks; ++i) xorb += raw_chunk(Compression::none, "x", 1);
  EXPECT_EQ(read_xorb(xorb)->chunks.size(), most_xorb_chunks);
  EXPECT_EQ(refusal(xorb + raw_chunk(Compression::none, "x", 1)),
            "The xorb has more than 8192 chunks.");
}

TEST(XetXorb, RefusesTooManyBytes) {
  const std::string zeros(most_chunk_bytes, '\0');
  std::string chunk;
  append_chunk(chunk, as_bytes(zeros), Compression::lz4);
  XorbReader reader;
  for (std::size_t i = 0; i < most_xorb_unpacked_bytes / most_chunk_bytes; ++i) {
    ASSERT_TRUE(reader.update(as_bytes(chunk)));
  }
  EXPECT_EQ(reader.size(), most_xorb_unpacked_bytes);
  EXPECT_EQ(reader.update(as_bytes(raw_chunk(Compression::none, "x", 1))).error().message,
            "The xorb has more than 64 MiB of unpacked bytes.");
}

TEST(XetXorb, RefusesAnEndWithinAChunk) {
  const std::string xorb = serialize({"first", "second"}, Compression::none);
  for (std::size_t length = 0; length < xorb.size(); ++length) {
    const std::string cut = refusal(std::string_view(xorb).substr(0, length));
    if (length == 0) {
      EXPECT_EQ(cut, "The xorb has no chunks.");
    } else {
      EXPECT_EQ(cut, length == 13 ? "accepted" : "The xorb ends within a chunk.") << length;
    }
  }
}

TEST(XetXorb, BoundsTheFooter) {
  const std::string xorb = serialize({"first", "second"}, Compression::none);
  const std::string footer = "XETBLOB" + std::string(96 + 2 * 40 - 7, 'x');
  for (const std::size_t piece : {1UL, 8UL, 100UL, SIZE_MAX}) {
    const auto read = read_xorb(xorb + footer, piece);
    ASSERT_TRUE(read) << piece;
    EXPECT_EQ(read->packed_bytes, xorb.size());
    EXPECT_EQ(read->chunks.size(), 2U);
    EXPECT_EQ(read_xorb(xorb + footer + "x", piece).error().message,
              "The xorb has bytes behind its footer.");
  }
  EXPECT_EQ(refusal(footer), "The xorb has bytes behind its footer.");
  EXPECT_EQ(refusal(footer.substr(0, 96)), "The xorb has no chunks.");
  EXPECT_EQ(refusal(xorb + "XETBL"), "The xorb ends within a chunk.");
  EXPECT_EQ(refusal(xorb + "XETBLUB" + footer), "The xorb has a chunk of an unknown version.");
}

// Whatever byte is changed: never a crash, and the hash stays the same only if the content does.
TEST(XetXorb, EveryFlippedByteIsNoticedOrHarmless) {
  const std::string content = text_stream(3000);
  for (const auto compression : {Compression::none, Compression::lz4, Compression::bg4_lz4}) {
    const std::string xorb = serialize({content, "tail"}, compression);
    const auto good = *read_xorb(xorb);
    for (std::size_t i = 0; i < xorb.size(); ++i) {
      for (const unsigned mask : {0x01U, 0x80U, 0xFFU}) {
        std::string bad = xorb;
        bad[i] = static_cast<char>(static_cast<unsigned char>(bad[i]) ^ mask);
        const auto read = read_xorb(bad);
        if (!read || read->hash != good.hash) continue;
        EXPECT_EQ(decode_all(bad, read->chunks), content + "tail") << "byte " << i;
      }
    }
  }
}

}  // namespace
}  // namespace kohaku::xet
