#include "xet/xorb_chunk.h"

#include <lz4frame.h>

#include <cassert>
#include <string_view>

#include "xet/byte_groups.h"
#include "xet/little_endian.h"

namespace kohaku::xet {
namespace {

std::unexpected<Error> refuse(std::string_view what) {
  return fail(Code::bad_request, "The xorb has a chunk " + std::string(what));
}

}  // namespace

Result<ChunkHeader> parse_chunk_header(Bytes bytes) {
  const auto version = std::to_integer<unsigned>(bytes[0]);
  const auto scheme = std::to_integer<unsigned>(bytes[4]);
  if (version != 0) return refuse("of an unknown version.");
  if (scheme > static_cast<unsigned>(Compression::bg4_lz4)) {
    return refuse("with an unknown compression scheme.");
  }
  const ChunkHeader header{.packed = read_u24(bytes, 1),
                           .compression = static_cast<Compression>(scheme),
                           .size = read_u24(bytes, 5)};
  if (header.size == 0 || header.packed == 0) return refuse("without bytes.");
  if (header.size > most_chunk_bytes) return refuse("of more than 128 KiB.");
  if (header.packed > most_packed_chunk_bytes)
    return refuse("of more than 256 KiB of packed data.");
  if (header.compression == Compression::none && header.packed != header.size) {
    return refuse("without compression whose two lengths differ.");
  }
  return header;
}

void append_chunk_header(std::string& out, std::uint32_t packed, Compression compression,
                         std::uint32_t size) {
  out.push_back('\0');
  append_u24(out, packed);
  out.push_back(static_cast<char>(compression));
  append_u24(out, size);
}

void append_chunk(std::string& out, Bytes chunk, Compression compression) {
  assert(!chunk.empty() && chunk.size() <= most_chunk_bytes);
  const auto size = static_cast<std::uint32_t>(chunk.size());
  std::string grouped;
  Bytes content = chunk;
  if (compression == Compression::bg4_lz4) {
    grouped.resize(chunk.size());
    group_bytes(chunk, std::as_writable_bytes(std::span(grouped)));
    content = as_bytes(grouped);
  }
  if (compression != Compression::none) {
    LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
    preferences.frameInfo.blockSizeID = LZ4F_max256KB;  // any chunk is one block
    preferences.frameInfo.blockMode = LZ4F_blockIndependent;
    std::string packed(LZ4F_compressFrameBound(content.size(), &preferences), '\0');
    const std::size_t length = LZ4F_compressFrame(packed.data(), packed.size(), content.data(),
                                                  content.size(), &preferences);
    if (LZ4F_isError(length) == 0 && length < chunk.size()) {
      append_chunk_header(out, static_cast<std::uint32_t>(length), compression, size);
      out.append(packed, 0, length);
      return;
    }
  }
  append_chunk_header(out, size, Compression::none, size);
  out += as_text(chunk);
}

void ChunkDecoder::Free::operator()(LZ4F_dctx_s* context) const {
  LZ4F_freeDecompressionContext(context);
}

Result<Bytes> ChunkDecoder::decode(Bytes packed) {
  if (packed.size() < chunk_header_bytes) return refuse("that is cut short.");
  const auto header = TRY(parse_chunk_header(packed));
  const Bytes data = packed.subspan(chunk_header_bytes);
  if (data.size() != header.packed) return refuse("of another length than its header says.");
  switch (header.compression) {
    case Compression::none: return data;
    case Compression::lz4: return decompress(data, header.size, unpacked_);
    case Compression::bg4_lz4: {
      const Bytes grouped = TRY(decompress(data, header.size, grouped_));
      if (!unpacked_) unpacked_ = std::make_unique_for_overwrite<std::byte[]>(most_chunk_bytes);
      const std::span<std::byte> out(unpacked_.get(), header.size);
      ungroup_bytes(grouped, out);
      return out;
    }
  }
  return refuse("with an unknown compression scheme.");
}

// One frame, all of `frame`, that gives exactly `size` bytes.
Result<Bytes> ChunkDecoder::decompress(Bytes frame, std::size_t size, Buffer& buffer) {
  if (!buffer) buffer = std::make_unique_for_overwrite<std::byte[]>(most_chunk_bytes);
  if (!context_) {
    LZ4F_dctx_s* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) {
      return fail_internal("no memory for LZ4");
    }
    context_.reset(context);
  }
  LZ4F_resetDecompressionContext(context_.get());
  LZ4F_decompressOptions_t options{};
  options.stableDst = 1;  // what was written stays where it is, as history for the next block
  Bytes out(buffer.get(), size);
  std::size_t written = 0;
  for (;;) {
    std::size_t produced = size - written;
    std::size_t consumed = frame.size();
    const std::size_t more = LZ4F_decompress(context_.get(), buffer.get() + written, &produced,
                                             frame.data(), &consumed, &options);
    if (LZ4F_isError(more) != 0) return refuse("that cannot be decompressed.");
    frame = frame.subspan(consumed);
    written += produced;
    if (more == 0) break;
    if (consumed == 0 && produced == 0) {
      return refuse(frame.empty() ? "whose compressed data is cut short."
                                  : "that unpacks to more bytes than its header says.");
    }
  }
  if (written != size) return refuse("that unpacks to fewer bytes than its header says.");
  if (!frame.empty()) return refuse("with bytes behind its compressed data.");
  return out;
}

}  // namespace kohaku::xet
