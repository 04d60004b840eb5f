// Numbers in network order, as git's formats have them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"

namespace kohaku::git {

inline void append_u32(std::string& out, std::uint32_t value) {
  const std::uint32_t swapped = __builtin_bswap32(value);
  out.append(reinterpret_cast<const char*>(&swapped), sizeof swapped);
}

inline void append_u64(std::string& out, std::uint64_t value) {
  const std::uint64_t swapped = __builtin_bswap64(value);
  out.append(reinterpret_cast<const char*>(&swapped), sizeof swapped);
}

// The caller has checked that `offset + 4` (or 8) lies inside `bytes`.
inline std::uint32_t read_u32(Bytes bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return __builtin_bswap32(value);
}

inline std::uint64_t read_u64(Bytes bytes, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return __builtin_bswap64(value);
}

}  // namespace kohaku::git
