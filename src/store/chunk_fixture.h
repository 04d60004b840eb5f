// Xorbs and files made of their chunks, as a client would cut them, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "store/object_identity.h"
#include "store/object_store.h"
#include "store/object_terms.h"
#include "store/store_fixture.h"
#include "xet/xorb.h"

namespace kohaku::store {

struct SampleXorb {
  xet::Hash hash;
  std::vector<xet::StoredChunk> chunks;
  std::vector<std::string> contents;  // by chunk
  std::string packed;

  std::uint32_t count() const { return static_cast<std::uint32_t>(chunks.size()); }
  std::uint64_t packed_bytes(std::uint32_t first, std::uint32_t last) const {
    std::uint64_t sum = 0;
    for (auto i = first; i < last; ++i) sum += chunks[i].packed_bytes;
    return sum;
  }
};

inline SampleXorb pack_xorb(std::vector<std::string> contents,
                            xet::Compression compression = xet::Compression::lz4) {
  SampleXorb made;
  xet::HashTree tree;
  for (const auto& content : contents) {
    const auto before = made.packed.size();
    xet::append_chunk(made.packed, as_bytes(content), compression);
    const auto hash = xet::chunk_hash(as_bytes(content));
    made.chunks.push_back({hash, static_cast<std::uint32_t>(made.packed.size() - before),
                           static_cast<std::uint32_t>(content.size())});
    tree.add(hash, content.size());
  }
  made.hash = tree.root();
  made.contents = std::move(contents);
  return made;
}

// `count` chunks of some 10 KB each; other ones for each seed.
inline SampleXorb sample_xorb(std::size_t count, std::uint32_t seed) {
  std::vector<std::string> contents;
  for (std::uint32_t i = 0; i < count; ++i) contents.push_back(noise(10'000 + i, 100 * seed + i));
  return pack_xorb(std::move(contents));
}

// A file of chunks of xorbs.
class MadeFile {
 public:
  MadeFile& add(const SampleXorb& xorb, std::uint32_t first, std::uint32_t last) {
    xet::RangeHasher range;
    std::uint32_t size = 0;
    for (auto i = first; i < last; ++i) {
      content_ += xorb.contents[i];
      size += xorb.chunks[i].size;
      range.add(xorb.chunks[i].hash);
      tree_.add(xorb.chunks[i].hash, xorb.chunks[i].size);
    }
    terms_.push_back({xorb.hash, size, first, last});
    ranges_.push_back(range.finish());
    return *this;
  }

  const std::string& content() const { return content_; }
  const std::vector<xet::Term>& terms() const { return terms_; }
  const std::vector<xet::Hash>& ranges() const { return ranges_; }
  xet::Hash hash() const { return tree_.file_hash(); }
  Sha256 oid() const { return sha256(content_); }

 private:
  std::string content_;
  std::vector<xet::Term> terms_;
  std::vector<xet::Hash> ranges_;  // their verification hashes
  xet::HashTree tree_;
};

inline Result<> publish_xorb(
    ObjectStore& store, const SampleXorb& xorb,
    XorbStore::Also also = [](db::Connection&) -> Result<> { return {}; }) {
  auto staging = TRY(store.xorbs().stage());
  TRY(staging.write(as_bytes(xorb.packed)));
  TRY(staging.seal());
  return run_task(
      store.xorbs().publish(std::move(staging), xorb.hash, xorb.chunks, std::move(also)));
}

// As the publication of a shard does it.
inline Result<> publish_file(db::Database& database, const MadeFile& file, RepoId repo,
                             Micros keep_until, Micros now) {
  return database.write_now([&](db::Connection& connection) {
    std::size_t next = 0;
    return ObjectStore::write_xet(
        connection, {file.oid(), file.content().size(), file.hash()},
        [&]() -> Result<std::optional<xet::Term>> {
          if (next == file.terms().size()) return std::nullopt;
          return file.terms()[next++];
        },
        repo, keep_until, now);
  });
}

// All that lack a Xet identity get one.
inline Result<> identify_all(db::Database& database, const os::Clock& clock, ObjectStore& store) {
  for (const auto& object : TRY(find_unidentified(database, {}, 100))) {
    const auto work =
        TRY(Identification::begin(database, clock, store.xorbs().open_objects(), object));
    while (!TRY(work->advance())) {
    }
  }
  return {};
}

// What an object is made of.
inline std::vector<xet::Term> terms_of(db::Database& database, const Sha256& object) {
  std::vector<xet::Term> terms;
  TermReader reader(database, object);
  while (const auto term = reader.next().value()) terms.push_back(*term);
  return terms;
}

}  // namespace kohaku::store
