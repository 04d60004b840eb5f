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

Result<> CommitSpool::append(std::string_view text) {
  symbols_ += static_cast<std::uint64_t>(std::ranges::count_if(text, is_symbol));
  if (size_ + text.size() <= most_in_memory) {
    memory_ += text;
    size_ += text.size();
    return {};
  }
  if (!file_) file_ = TRY(os::create_unnamed(directory_));
  if (!memory_.empty()) {
    TRY(file_->write_at(0, as_bytes(memory_)));
    memory_.clear();
  }
  TRY(file_->write_at(size_, as_bytes(text)));
  size_ += text.size();
  return {};
}

void CommitSpool::clear() {
  if (size_ > most_in_memory) file_.reset();  // the disk gets its blocks back at once
  memory_.clear();
  size_ = 0;
  symbols_ = 0;
}

std::uint64_t CommitSpool::decoded_size(ContentEncoding encoding) const {
  return encoding == ContentEncoding::utf8 ? size_ : symbols_ / 4 * 3 + symbols_ % 4 * 3 / 4;
}

Result<std::optional<std::string>> CommitSpool::decode_small(ContentEncoding encoding) const {
  if (size_ > most_in_memory) return std::nullopt;
  if (encoding == ContentEncoding::utf8) return memory_;
  Base64Decoder decoder;
  std::string content;
  if (!decoder.update(memory_, content) || !decoder.finish(content)) return bad_base64();
  return content;
}

Result<std::string_view> SpoolReader::next_text() {
  const auto left = spool_.size_ - position_;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_size));
  if (wanted == 0) return std::string_view{};
  if (!spool_.memory_.empty()) {
    const auto begin = std::exchange(position_, position_ + wanted);
    return std::string_view(spool_.memory_).substr(begin, wanted);
  }
  text_.resize(wanted);
  const auto got =
      TRY(spool_.file_->read_at(position_, std::as_writable_bytes(std::span(text_))));
  if (got != wanted) return fail_internal("a spooled file became shorter");
  position_ += wanted;
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
