// Numbers in little-endian order, as the Xet formats have them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"

namespace kohaku::xet {

static_assert(std::endian::native == std::endian::little, "written for little-endian machines");

inline void append_u24(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), 3);
}

inline void append_u32(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void append_u64(std::string& out, std::uint64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The caller has checked that `offset` plus the width lies inside `bytes`.
inline std::uint32_t read_u24(Bytes bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.subspan(offset, 3).data(), 3);
  return value;
}

inline std::uint32_t read_u32(Bytes bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

inline std::uint64_t read_u64(Bytes bytes, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

}  // namespace kohaku::xet
