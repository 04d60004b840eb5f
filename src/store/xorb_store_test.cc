#include "store/xorb_store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/xorb_fixture.h"
#include "xet/global_chunk.h"

namespace kohaku::store {
namespace {

class XorbStoreTest : public XorbTest {
 protected:
  // What a reply would send.
  Result<std::string> read_packed(const xet::Hash& hash, std::uint64_t offset,
                                  std::uint64_t length) {
    auto body = TRY(xorbs().read_packed(TRY(xorbs().get(hash)), offset, length));
    if (const auto* stream = std::get_if<http::StreamBody>(&body)) {
      EXPECT_EQ(stream->length, length);
      KeptBody kept;
      TRY(run_task(stream->write(kept)));
      return kept.text;
    }
    const auto& file = std::get<http::FileBody>(body);
    EXPECT_EQ(file.length, length);
    TRY(file.verify(file.offset, file.length));
    std::string text(length, '\0');
    TRY(file.file->read_at(file.offset, std::as_writable_bytes(std::span(text))));
    return text;
  }

  std::string physical_name() {
    const auto row = database_->read_now([&](db::Connection& c) {
      return c.sql("SELECT physical_name FROM xorb").first<std::string>();
    });
    return std::get<0>(**row);
  }
};

TEST_F(XorbStoreTest, WhatIsPublishedIsFoundWithItsChunks) {
  const auto xorb = noise_xorb({10, 200, 3000});
  EXPECT_EQ(*xorbs().find(xorb.hash), nullptr);
  ASSERT_TRUE(put(xorb));
  const auto found = xorbs().find(xorb.hash).value();
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->chunks(), xorb.chunks);
  EXPECT_FALSE(found->place().is_view);
  EXPECT_EQ(found->offset(2), 210U);
  EXPECT_EQ(found->offset(3), 3210U);
  EXPECT_EQ(found->packed_offset(3), xorb.bytes.size());
  EXPECT_EQ(*read_packed(xorb.hash, 0, xorb.bytes.size()), xorb.bytes);
  EXPECT_EQ(*read_packed(xorb.hash, 17, 100), xorb.bytes.substr(17, 100));
  EXPECT_EQ(count_files(root_ / "staging"), 0U);
}

TEST_F(XorbStoreTest, WhatAlsoRefusesPublishesNothing) {
  const auto xorb = noise_xorb({10});
  const auto done =
      put(xorb, [](db::Connection&) -> Result<> { return fail(Code::forbidden, "No."); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::forbidden);
  EXPECT_EQ(count("SELECT count(*) FROM xorb"), 0);
  EXPECT_EQ(count_files(root_), 0U);
}

TEST_F(XorbStoreTest, ASecondPublishKeepsTheFirstCopy) {
  const MadeXorb plain({std::string(500, 'a')});
  const MadeXorb packed(plain.contents, xet::Compression::lz4);
  ASSERT_EQ(plain.hash, packed.hash);
  ASSERT_LT(packed.bytes.size(), plain.bytes.size());
  ASSERT_TRUE(put(plain));
  const auto name = physical_name();
  const auto files = count_files(root_);
  bool asked = false;
  ASSERT_TRUE(put(packed, [&](db::Connection&) -> Result<> {
    asked = true;
    return {};
  }));
  EXPECT_TRUE(asked);
  EXPECT_EQ(physical_name(), name);
  EXPECT_EQ(count_files(root_), files);
  EXPECT_EQ(*read_packed(plain.hash, 0, plain.bytes.size()), plain.bytes);
}

TEST_F(XorbStoreTest, ALostCopyIsReplaced) {
  const MadeXorb plain({std::string(500, 'a')});
  const MadeXorb packed(plain.contents, xet::Compression::lz4);
  ASSERT_TRUE(put(plain));
  ASSERT_NE(*xorbs().find(plain.hash), nullptr);  // remembered where it lay
  std::filesystem::remove(file_of(plain));
  ASSERT_TRUE(put(packed));
  EXPECT_TRUE(os::exists(file_of(plain)));
  EXPECT_EQ(xorbs().get(plain.hash).value()->chunks(), packed.chunks);
  EXPECT_EQ(*read_packed(plain.hash, 0, packed.bytes.size()), packed.bytes);
}

TEST_F(XorbStoreTest, AStoredXorbDoesNotReplaceAView) {
  const auto xorb = noise_xorb({10, 20});
  put_view(xorb, xorb.content(), 0);
  const auto files = count_files(root_);
  ASSERT_TRUE(put(xorb));
  EXPECT_EQ(count("SELECT count(*) FROM xorb WHERE form = 'view'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM xorb"), 1);
  EXPECT_EQ(count_files(root_), files);
}

TEST_F(XorbStoreTest, AViewDoesNotReplaceAStoredXorb) {
  const auto xorb = noise_xorb({10, 20});
  ASSERT_TRUE(put(xorb));
  put_view(xorb, xorb.content(), 0);
  EXPECT_EQ(count("SELECT count(*) FROM xorb WHERE form = 'stored'"), 1);
}

// The serialized form of a view is what a client would have sent without compression.
TEST_F(XorbStoreTest, AViewReadsLikeTheSerializedXorbAtEveryOffset) {
  const auto xorb = noise_xorb({1, 2, 30, 7});
  put_view(xorb, "before" + xorb.content() + "after", 6);
  const auto found = xorbs().get(xorb.hash).value();
  ASSERT_TRUE(found->place().is_view);
  EXPECT_EQ(found->chunks(), xorb.chunks);
  for (std::size_t from = 0; from <= xorb.bytes.size(); ++from) {
    for (std::size_t length = 0; from + length <= xorb.bytes.size(); ++length) {
      ASSERT_EQ(*read_packed(xorb.hash, from, length), xorb.bytes.substr(from, length))
          << from << " " << length;
    }
  }
}

TEST_F(XorbStoreTest, ALongViewIsSentInPieces) {
  const auto xorb = noise_xorb(std::vector<std::size_t>(30, 100'001));
  put_view(xorb, "x" + xorb.content(), 1);
  EXPECT_EQ(*read_packed(xorb.hash, 0, xorb.bytes.size()), xorb.bytes);
  EXPECT_EQ(*read_packed(xorb.hash, 1'234'567, 1'500'000), xorb.bytes.substr(1'234'567, 1'500'000));
}

TEST_F(XorbStoreTest, ADamagedViewIsNotSent) {
  const auto xorb = noise_xorb({1000});
  put_view(xorb, xorb.content(), 0);
  const auto name = (*find(xorb.content()))->physical_name;
  flip_bit(store_->files().object(name), 500);
  EXPECT_FALSE(read_packed(xorb.hash, 0, xorb.bytes.size()));
}

TEST_F(XorbStoreTest, TheCacheForgets) {
  const auto xorb = noise_xorb({10});
  ASSERT_TRUE(put(xorb));
  ASSERT_NE(*xorbs().find(xorb.hash), nullptr);
  execute("DELETE FROM xet_chunk");
  execute("DELETE FROM xorb");
  EXPECT_NE(*xorbs().find(xorb.hash), nullptr);
  xorbs().forget(xorb.hash);
  xorbs().forget(xorb.hash);
  EXPECT_EQ(*xorbs().find(xorb.hash), nullptr);
  const auto missing = xorbs().get(xorb.hash);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::internal);
}

TEST_F(XorbStoreTest, TheCacheIsBounded) {
  // 8,192 chunks are some 400 KiB: of forty, the first ones must have gone.
  std::vector<MadeXorb> many;
  for (unsigned i = 0; i < 40; ++i) {
    std::vector<std::string> contents(xet::most_xorb_chunks, std::string(1, 'a'));
    contents[0] = std::to_string(i) + ".";
    many.emplace_back(std::move(contents));
    ASSERT_TRUE(put(many.back()));
    ASSERT_NE(*xorbs().find(many.back().hash), nullptr);
  }
  execute("DELETE FROM xet_chunk");
  execute("DELETE FROM xorb");
  EXPECT_EQ(*xorbs().find(many.front().hash), nullptr);
  EXPECT_NE(*xorbs().find(many.back().hash), nullptr);
}

TEST_F(XorbStoreTest, ChunksThatEveryClientAsksForAreIndexed) {
  std::string asked;
  for (std::uint32_t seed = 1; asked.empty(); ++seed) {
    auto content = noise(20, seed);
    if (xet::is_asked_for(xet::chunk_hash(as_bytes(content)))) asked = std::move(content);
  }
  ASSERT_TRUE(put(MadeXorb({noise(10, 7), asked, noise(11, 8)})));
  EXPECT_EQ(count("SELECT count(*) FROM xet_chunk"), 1);
}

}  // namespace
}  // namespace kohaku::store
