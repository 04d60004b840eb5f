#include "xet/chunk_table.h"

#include "xet/little_endian.h"

namespace kohaku::xet {

std::string pack_chunk_table(std::span<const StoredChunk> chunks) {
  std::string table;
  table.reserve(chunks.size() * chunk_table_entry_bytes);
  for (const StoredChunk& chunk : chunks) {
    table += as_text(chunk.hash.view());
    append_u32(table, chunk.packed_bytes);
    append_u32(table, chunk.size);
  }
  return table;
}

Result<std::vector<StoredChunk>> unpack_chunk_table(Bytes table) {
  if (table.size() % chunk_table_entry_bytes != 0) {
    return fail_internal("a chunk table of " + std::to_string(table.size()) + " bytes");
  }
  std::vector<StoredChunk> chunks;
  chunks.reserve(table.size() / chunk_table_entry_bytes);
  for (; !table.empty(); table = table.subspan(chunk_table_entry_bytes)) {
    chunks.push_back({.hash = *Hash::from_bytes(table.first(Hash::size)),
                      .packed_bytes = read_u32(table, 32),
                      .size = read_u32(table, 36)});
  }
  return chunks;
}

}  // namespace kohaku::xet
