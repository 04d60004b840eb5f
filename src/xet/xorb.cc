#include "xet/xorb.h"

#include <algorithm>
#include <string_view>

namespace kohaku::xet {
namespace {

constexpr std::string_view footer_tag = "XETBLOB";

std::unexpected<Error> refuse(std::string_view sentence) {
  return fail(Code::bad_request, std::string(sentence));
}

}  // namespace

bool XorbReader::starts_footer(Bytes start) const {
  return footer_bytes_ == 0 && start.size() >= chunk_header_bytes &&
         as_text(start).starts_with(footer_tag);
}

// The length of the chunk that begins with `start`; of its header while that is not complete.
Result<std::size_t> XorbReader::wanted(Bytes start) const {
  if (start.size() < chunk_header_bytes) return chunk_header_bytes;
  const auto header = TRY(parse_chunk_header(start));
  if (chunks_.size() == most_xorb_chunks) return refuse("The xorb has more than 8192 chunks.");
  if (header.size > most_xorb_unpacked_bytes - size_) {
    return refuse("The xorb has more than 64 MiB of unpacked bytes.");
  }
  const std::size_t length = chunk_header_bytes + header.packed;
  if (length > most_xorb_packed_bytes - packed_bytes_) return refuse("The xorb is too large.");
  return length;
}

Result<> XorbReader::update(Bytes bytes) {
  while (!bytes.empty()) {
    if (footer_bytes_ > 0) return take_footer(bytes);
    if (waiting_.empty()) {
      if (starts_footer(bytes)) return take_footer(bytes);
      const auto length = TRY(wanted(bytes));
      if (length > chunk_header_bytes && length <= bytes.size()) {  // read where it stands
        TRY(take_chunk(bytes.first(length)));
        bytes = bytes.subspan(length);
        continue;
      }
    }
    const auto length = TRY(wanted(waiting_));
    const auto piece = bytes.first(std::min(length - waiting_.size(), bytes.size()));
    waiting_.insert(waiting_.end(), piece.begin(), piece.end());
    bytes = bytes.subspan(piece.size());
    if (starts_footer(waiting_)) {
      TRY(take_footer(waiting_));
      waiting_.clear();
    } else if (waiting_.size() == length && length > chunk_header_bytes) {
      TRY(take_chunk(waiting_));
      waiting_.clear();
    }
  }
  return {};
}

Result<> XorbReader::take_chunk(Bytes packed) {
  const auto content = TRY(decoder_.decode(packed));
  const StoredChunk chunk{.hash = chunk_hash(content),
                          .packed_bytes = static_cast<std::uint32_t>(packed.size()),
                          .size = static_cast<std::uint32_t>(content.size())};
  chunks_.push_back(chunk);
  tree_.add(chunk.hash, chunk.size);
  packed_bytes_ += chunk.packed_bytes;
  size_ += chunk.size;
  return {};
}

// What a footer says has been found out from the chunks themselves.
Result<> XorbReader::take_footer(Bytes bytes) {
  footer_bytes_ += bytes.size();
  if (footer_bytes_ > xorb_footer_fixed_bytes + chunks_.size() * xorb_footer_chunk_bytes) {
    return refuse("The xorb has bytes behind its footer.");
  }
  return {};
}

Result<> XorbReader::finish() {
  if (!waiting_.empty()) return refuse("The xorb ends within a chunk.");
  if (chunks_.empty()) return refuse("The xorb has no chunks.");
  return {};
}

}  // namespace kohaku::xet
