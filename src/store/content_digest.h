// What is computed of bytes on their way to the store: block check sums and, of large objects, the
// SHA-256. A xorb has a hash of its own, by its chunks.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "store/block_checksums.h"

namespace kohaku::store {

class ContentDigest {
 public:
  void update(Bytes bytes) {
    if (sha256_) sha256_->update(bytes);
    checksums_.update(bytes);
  }
  std::uint64_t size() const { return checksums_.size(); }
  const BlockChecksums& checksums() const { return checksums_; }
  Sha256 finish() { return sha256_->finish(); }  // once; not of checksums_only()

  // Of the same bytes so far, going its own way from here.
  ContentDigest fork() const { return ContentDigest(sha256_->fork(), checksums_); }

  ContentDigest() = default;
  static ContentDigest checksums_only() { return ContentDigest(std::nullopt, {}); }

 private:
  ContentDigest(std::optional<Sha256Hasher> sha256, BlockChecksums checksums)
      : sha256_(std::move(sha256)), checksums_(std::move(checksums)) {}
  std::optional<Sha256Hasher> sha256_{std::in_place};
  BlockChecksums checksums_;
};

}  // namespace kohaku::store
