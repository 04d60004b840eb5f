// A xorb: up to 8,192 chunks one after another, and perhaps a footer that lists them.
//
// Source: hub-docs docs/xet/xorb.md, checked against xet-core-structures 1.8.0 (tests/xet/vectors).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "xet/chunk_table.h"
#include "xet/hash.h"
#include "xet/xorb_chunk.h"

namespace kohaku::xet {

inline constexpr std::size_t most_xorb_chunks = 8192;
inline constexpr std::size_t most_xorb_unpacked_bytes = 64 << 20;
// Of the chunks with their headers, when none of them shrinks.
inline constexpr std::size_t most_xorb_packed_bytes =
    most_xorb_unpacked_bytes + most_xorb_chunks * chunk_header_bytes;
// A footer of `n` chunks has up to 96 + 40 n bytes.
inline constexpr std::size_t xorb_footer_fixed_bytes = 96;
inline constexpr std::size_t xorb_footer_chunk_bytes = 40;
// Of an upload with the largest footer. Today's clients send none: most_xorb_packed_bytes.
inline constexpr std::size_t most_xorb_body_bytes =
    most_xorb_packed_bytes + xorb_footer_fixed_bytes + most_xorb_chunks * xorb_footer_chunk_bytes;

// Checks a serialized xorb while it streams, every chunk by unpacking and hashing it. Beside the
// list of chunks it holds one packed and one unpacked chunk (and what LZ4 needs: at most 8 MiB, for
// a client that declares blocks of 4 MiB). Not for use from two threads at once.
//
// Failures are Code::bad_request with a sentence; the reader is then spent.
class XorbReader {
 public:
  // The next bytes, cut anywhere.
  Result<> update(Bytes bytes);
  // Call once after the last byte; only then the rest has a meaning.
  Result<> finish();

  const std::vector<StoredChunk>& chunks() const { return chunks_; }
  Hash hash() const { return tree_.root(); }
  // Where the chunks end and a footer would begin: what needs to be stored.
  std::uint64_t packed_bytes() const { return packed_bytes_; }
  std::uint64_t size() const { return size_; }  // of all chunks, unpacked

 private:
  bool starts_footer(Bytes start) const;
  Result<std::size_t> wanted(Bytes start) const;
  Result<> take_chunk(Bytes packed);
  Result<> take_footer(Bytes bytes);

  ChunkDecoder decoder_;
  HashTree tree_;
  std::vector<StoredChunk> chunks_;
  std::vector<std::byte> waiting_;  // the start of a chunk that a piece ended in
  std::uint64_t packed_bytes_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t footer_bytes_ = 0;
};

}  // namespace kohaku::xet
