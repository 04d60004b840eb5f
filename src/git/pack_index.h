// The index of a pack, version 2: which object lies at which offset. Source: gitformat-pack(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"

namespace kohaku::git {

struct IndexEntry {
  Sha1 id;
  std::uint32_t crc = 0;  // CRC-32 of the object as it stands in the pack
  std::uint64_t offset = 0;
};

// The index file of a pack with these objects (no id twice). Sorts `entries`.
std::string serialize_index(std::vector<IndexEntry>& entries, const Sha1& pack_checksum);

// Reads an index that lies in memory; `content` must outlive it. Any number of threads.
class IndexView {
 public:
  // Code::internal when it is not an index of version 2 or its size does not fit its count.
  static Result<IndexView> parse(Bytes content);

  std::uint32_t count() const { return count_; }
  Sha1 id_at(std::uint32_t position) const;  // position < count()
  std::uint64_t offset_at(std::uint32_t position) const;
  std::optional<std::uint32_t> find(const Sha1& id) const;
  // The first position whose id is not below `id`.
  std::uint32_t lower_bound(const Sha1& id) const;

 private:
  IndexView(Bytes content, std::uint32_t count) : content_(content), count_(count) {}
  std::uint32_t fanout(unsigned first_byte) const;
  Bytes content_;
  std::uint32_t count_;
};

}  // namespace kohaku::git
