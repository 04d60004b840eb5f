// Which chunks a client may ask the hub about (the protocol's deduplication page): one in 1,024, by
// its hash, so that hub and client agree without a word; and the first chunk of every file.
#pragma once

#include <cstdint>
#include <cstring>

#include "xet/hash.h"

namespace kohaku::xet {

inline bool is_asked_for(const Hash& chunk) {
  std::uint64_t last = 0;
  std::memcpy(&last, chunk.bytes.data() + 24, sizeof last);  // little-endian, as the hash is stored
  return last % 1024 == 0;
}

}  // namespace kohaku::xet
