// Xorbs of chosen chunks, and a store with some of them, for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/store_fixture.h"
#include "xet/hash.h"
#include "xet/xorb.h"

namespace kohaku::store {

// A serialized xorb and what stands in it.
struct MadeXorb {
  explicit MadeXorb(std::vector<std::string> pieces,
                    xet::Compression compression = xet::Compression::none)
      : contents(std::move(pieces)) {
    xet::XorbReader reader;
    for (const auto& content : contents) xet::append_chunk(bytes, as_bytes(content), compression);
    EXPECT_TRUE(reader.update(as_bytes(bytes)) && reader.finish());
    hash = reader.hash();
    chunks = reader.chunks();
  }

  // What the chunks [first, last) hold.
  std::string content(std::size_t first, std::size_t last) const {
    std::string text;
    for (auto i = first; i < last; ++i) text += contents[i];
    return text;
  }
  std::string content() const { return content(0, contents.size()); }
  xet::Term term(std::uint32_t first, std::uint32_t last) const {
    return {hash, static_cast<std::uint32_t>(content(first, last).size()), first, last};
  }
  xet::Term term() const { return term(0, static_cast<std::uint32_t>(contents.size())); }

  std::vector<std::string> contents;
  std::string bytes;
  xet::Hash hash;
  std::vector<xet::StoredChunk> chunks;
};

// Chunks of these sizes, which do not compress.
inline MadeXorb noise_xorb(const std::vector<std::size_t>& sizes, std::uint32_t seed = 1) {
  std::vector<std::string> contents;
  for (const auto size : sizes) contents.push_back(noise(size, seed++));
  return MadeXorb(std::move(contents));
}

class XorbTest : public StoreTest {
 protected:
  XorbStore& xorbs() { return store_->xorbs(); }

  Result<> put(const MadeXorb& xorb, XorbStore::Also also = allow) {
    auto staging = xorbs().stage().value();
    TRY(staging.write(as_bytes(xorb.bytes)));
    TRY(staging.seal());
    return run_task(xorbs().publish(std::move(staging), xorb.hash, xorb.chunks, std::move(also)));
  }

  // Publishes the object and makes `xorb` a view of its bytes from `offset` on.
  void put_view(const MadeXorb& xorb, const std::string& object, std::uint64_t offset) {
    ASSERT_TRUE(publish(object));
    // The form of a view has no compression.
    auto chunks = xorb.chunks;
    for (auto& chunk : chunks) {
      chunk.packed_bytes = chunk.size + static_cast<std::uint32_t>(xet::chunk_header_bytes);
    }
    ASSERT_TRUE(database_->write_now([&](db::Connection& c) {
      return XorbStore::write_view(c, xorb.hash, chunks, sha256(object), offset, clock_.now());
    }));
  }

  // The file of a stored xorb.
  os::Path file_of(const MadeXorb& xorb) {
    const auto row = database_->read_now([&](db::Connection& c) {
      return c.sql("SELECT physical_name FROM xorb WHERE hash = ?1")
          .bind(xorb.hash)
          .first<std::string>();
    });
    return store_->files().object(std::get<0>(**row));
  }

  static Result<> allow(db::Connection&) { return {}; }
};

// Keeps what a body sends.
class KeptBody final : public http::BodyWriter {
 public:
  Task<Result<>> write(Bytes bytes) override {
    text += as_text(bytes);
    co_return Result<>{};
  }
  std::string text;
};

}  // namespace kohaku::store
