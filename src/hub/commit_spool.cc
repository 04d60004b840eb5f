#include "hub/commit_spool.h"

#include <algorithm>

namespace kohaku::hub {
namespace {

constexpr std::size_t piece_size = 64 * 1024;

bool is_symbol(char c) {
  return c != '=' && c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\v' && c != '\f';
}

std::unexpected<Error> bad_base64() {
  return fail(Code::bad_request, "The content is not valid base64.");
}

}  // namespace

// Parts come as the parser has them, some hundred bytes each: they are gathered before they are
// written.
Result<> CommitSpool::append(std::string_view text) {
  symbols_ += static_cast<std::uint64_t>(std::ranges::count_if(text, is_symbol));
  if (memory_.size() + text.size() > most_in_memory) {
    if (!file_) file_ = TRY(os::create_unnamed(directory_));
    TRY(file_->write_at(flushed_, as_bytes(memory_)));
    flushed_ += memory_.size();
    memory_.clear();
  }
  memory_ += text;
  return {};
}

void CommitSpool::clear() {
  file_.reset();  // the disk gets its blocks back at once
  flushed_ = 0;
  memory_.clear();
  symbols_ = 0;
}

std::uint64_t CommitSpool::decoded_size(ContentEncoding encoding) const {
  if (encoding == ContentEncoding::utf8) return flushed_ + memory_.size();
  return symbols_ / 4 * 3 + symbols_ % 4 * 3 / 4;
}

Result<std::optional<std::string>> CommitSpool::decode_small(ContentEncoding encoding) const {
  if (flushed_ > 0) return std::nullopt;
  if (encoding == ContentEncoding::utf8) return memory_;
  Base64Decoder decoder;
  std::string content;
  if (!decoder.update(memory_, content) || !decoder.finish(content)) return bad_base64();
  return content;
}

Result<std::string_view> SpoolReader::next_text() {
  if (position_ >= spool_.flushed_) {
    const auto begin = static_cast<std::size_t>(position_ - spool_.flushed_);
    const auto text = std::string_view(spool_.memory_).substr(begin, piece_size);
    position_ += text.size();
    return text;
  }
  text_.resize(
      static_cast<std::size_t>(std::min<std::uint64_t>(spool_.flushed_ - position_, piece_size)));
  const auto got = TRY(spool_.file_->read_at(position_, std::as_writable_bytes(std::span(text_))));
  if (got != text_.size()) return fail_internal("a spooled file became shorter");
  position_ += got;
  return text_;
}

Result<Bytes> SpoolReader::read() {
  while (!finished_) {
    const auto text = TRY(next_text());
    finished_ = text.empty();
    if (encoding_ == ContentEncoding::utf8) return as_bytes(text);
    decoded_.clear();
    const bool good = finished_ ? decoder_.finish(decoded_) : decoder_.update(text, decoded_);
    if (!good) return bad_base64();
    if (!decoded_.empty()) return as_bytes(decoded_);
  }
  return Bytes{};
}

}  // namespace kohaku::hub
