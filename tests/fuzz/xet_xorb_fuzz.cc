// Xorbs as a client sends them. The first byte says in which pieces; what is accepted must hold
// together: the chunks, decoded one by one, have the sizes and hashes that the reader gave.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "xet/xorb.h"

namespace {

using namespace kohaku;
using namespace kohaku::xet;

void require(bool holds) {
  if (!holds) std::abort();
}

bool read(XorbReader& reader, Bytes xorb, std::size_t piece) {
  while (!xorb.empty()) {
    const std::size_t length = std::min(piece, xorb.size());
    if (!reader.update(xorb.first(length))) return false;
    xorb = xorb.subspan(length);
  }
  return reader.finish().has_value();
}

void check_chunks(const XorbReader& reader, Bytes xorb) {
  ChunkDecoder decoder;
  HashTree tree;
  std::uint64_t size = 0;
  for (const StoredChunk& chunk : reader.chunks()) {
    const auto content = decoder.decode(xorb.first(chunk.packed_bytes));
    require(content && content->size() == chunk.size && chunk_hash(*content) == chunk.hash);
    tree.add(chunk.hash, chunk.size);
    size += chunk.size;
    xorb = xorb.subspan(chunk.packed_bytes);
  }
  require(tree.root() == reader.hash() && size == reader.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes xorb = std::as_bytes(std::span(data + 1, size - 1));
  XorbReader whole;
  XorbReader pieces;
  const bool accepted = read(whole, xorb, xorb.size());
  require(accepted == read(pieces, xorb, 1U + data[0]));
  if (!accepted) return 0;
  require(whole.chunks() == pieces.chunks() && whole.packed_bytes() == pieces.packed_bytes());
  require(whole.packed_bytes() <= xorb.size());
  check_chunks(whole, xorb.first(whole.packed_bytes()));
  return 0;
}
