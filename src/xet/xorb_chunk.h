// One chunk as a xorb stores it: a header of eight bytes and the packed data.
//
//   0  version, 0        1  packed bytes u24        4  scheme        5  unpacked bytes u24
//
// Source: hub-docs docs/xet/xorb.md, checked against xet-core-structures 1.8.0 (tests/xet/vectors).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "xet/chunker.h"

struct LZ4F_dctx_s;

namespace kohaku::xet {

inline constexpr std::size_t chunk_header_bytes = 8;
// A writer stores what does not shrink as it is, but the format lets packed data be larger.
inline constexpr std::size_t most_packed_chunk_bytes = 2 * most_chunk_bytes;

enum class Compression : std::uint8_t {
  none = 0,
  lz4 = 1,      // an LZ4 frame
  bg4_lz4 = 2,  // the bytes grouped by their offset modulo four, then an LZ4 frame
};

struct ChunkHeader {
  std::uint32_t packed = 0;  // bytes of data behind the header
  Compression compression = Compression::none;
  std::uint32_t size = 0;  // unpacked bytes
};

// `bytes` holds at least chunk_header_bytes. Code::bad_request for another version, an unknown
// scheme, lengths that are zero, too large, or (without compression) different.
Result<ChunkHeader> parse_chunk_header(Bytes bytes);
void append_chunk_header(std::string& out, std::uint32_t packed, Compression compression,
                         std::uint32_t size);

// Appends header and data of a chunk of 1 to most_chunk_bytes bytes. What does not shrink is stored
// as Compression::none.
void append_chunk(std::string& out, Bytes chunk, Compression compression);

// Unpacks chunks one after another and keeps its buffers. Not for use from two threads at once.
class ChunkDecoder {
 public:
  // `packed` is exactly one chunk, header included. Code::bad_request when it is damaged or gives
  // another size than its header says. The result is valid until the next call and as long as
  // `packed`: uncompressed data is not copied.
  Result<Bytes> decode(Bytes packed);

 private:
  struct Free {
    void operator()(LZ4F_dctx_s* context) const;
  };
  using Buffer = std::unique_ptr<std::byte[]>;

  Result<Bytes> decompress(Bytes frame, std::size_t size, Buffer& buffer);

  std::unique_ptr<LZ4F_dctx_s, Free> context_;
  Buffer unpacked_;
  Buffer grouped_;
};

}  // namespace kohaku::xet
