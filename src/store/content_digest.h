// What is computed of a large object's bytes while they pass: its SHA-256 and its block check sums.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/hash.h"
#include "store/block_checksums.h"

namespace kohaku::store {

class ContentDigest {
 public:
  void update(Bytes bytes) {
    sha256_.update(bytes);
    checksums_.update(bytes);
  }
  std::uint64_t size() const { return checksums_.size(); }
  const BlockChecksums& checksums() const { return checksums_; }
  Sha256 finish() { return sha256_.finish(); }  // once

  // Of the same bytes so far, going its own way from here.
  ContentDigest fork() const { return ContentDigest(sha256_.fork(), checksums_); }

  ContentDigest() = default;

 private:
  ContentDigest(Sha256Hasher sha256, BlockChecksums checksums)
      : sha256_(std::move(sha256)), checksums_(std::move(checksums)) {}
  Sha256Hasher sha256_;
  BlockChecksums checksums_;
};

}  // namespace kohaku::store
