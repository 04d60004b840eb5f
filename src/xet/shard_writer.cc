#include "xet/shard_writer.h"

#include "xet/little_endian.h"
#include "xet/shard_format.h"

namespace kohaku::xet {
namespace {

struct Totals {
  std::uint64_t size = 0;
  std::uint64_t packed_bytes = 0;
};

Totals totals_of(std::span<const StoredChunk> chunks) {
  Totals totals;
  for (const StoredChunk& chunk : chunks) {
    totals.size += chunk.size;
    totals.packed_bytes += chunk.packed_bytes;
  }
  return totals;
}

void append_hash(std::string& out, const Hash& hash) { out += as_text(hash.view()); }

void append_bookend(std::string& out) {
  out.append(Hash::size, '\xFF');
  out.append(shard_format::record_bytes - Hash::size, '\0');
}

void append_xorb(std::string& out, const XorbEntry& xorb, const Hash& chunk_key) {
  const Totals totals = totals_of(xorb.chunks);
  append_hash(out, xorb.hash);
  append_u32(out, 0);  // flags
  append_u32(out, static_cast<std::uint32_t>(xorb.chunks.size()));
  append_u32(out, static_cast<std::uint32_t>(totals.size));
  append_u32(out, static_cast<std::uint32_t>(totals.packed_bytes));
  std::uint32_t offset = 0;
  for (const StoredChunk& chunk : xorb.chunks) {
    append_hash(out, keyed_chunk_hash(chunk_key, chunk.hash));
    append_u32(out, offset);
    append_u32(out, chunk.size);
    append_u64(out, 0);  // flags, unused
    offset += chunk.size;
  }
}

}  // namespace

std::string write_dedup_shard(std::span<const XorbEntry> xorbs, std::uint64_t created,
                              std::uint64_t expires, const Hash& chunk_key) {
  std::string out(shard_format::tag);
  append_u64(out, shard_format::version);
  append_u64(out, shard_format::footer_bytes);
  const std::uint64_t files_at = out.size();
  append_bookend(out);
  const std::uint64_t xorbs_at = out.size();
  Totals totals;
  for (const XorbEntry& xorb : xorbs) {
    append_xorb(out, xorb, chunk_key);
    const Totals more = totals_of(xorb.chunks);
    totals.size += more.size;
    totals.packed_bytes += more.packed_bytes;
  }
  append_bookend(out);

  const std::uint64_t footer_at = out.size();
  append_u64(out, shard_format::footer_version);
  append_u64(out, files_at);
  append_u64(out, xorbs_at);
  for (int table = 0; table < 3; ++table) {  // files, xorbs, chunks: all empty
    append_u64(out, footer_at);
    append_u64(out, 0);
  }
  append_hash(out, chunk_key);
  append_u64(out, created);
  append_u64(out, expires);
  for (int unused = 0; unused < 6; ++unused) append_u64(out, 0);
  append_u64(out, totals.packed_bytes);
  append_u64(out, 0);  // bytes of files
  append_u64(out, totals.size);
  append_u64(out, footer_at);
  return out;
}

}  // namespace kohaku::xet
