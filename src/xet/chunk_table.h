// The chunks of a xorb as one value in the database: 40 bytes for each, in their order.
//
//   0  hash, 32        32  packed bytes with the chunk's header, u32le        36  unpacked bytes, u32le
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "xet/hash.h"

namespace kohaku::xet {

struct StoredChunk {
  Hash hash;
  std::uint32_t packed_bytes = 0;  // header included
  std::uint32_t size = 0;          // unpacked

  friend bool operator==(const StoredChunk&, const StoredChunk&) = default;
};

inline constexpr std::size_t chunk_table_entry_bytes = 40;

std::string pack_chunk_table(std::span<const StoredChunk> chunks);
// Code::internal when the length is no multiple of an entry.
Result<std::vector<StoredChunk>> unpack_chunk_table(Bytes table);

}  // namespace kohaku::xet
