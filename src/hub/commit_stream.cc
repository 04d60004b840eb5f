#include "hub/commit_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "hub/commit_line_reader.h"

namespace kohaku::hub {

std::unexpected<Error> fail_at_line(std::uint64_t line, Code code, std::string_view sentence) {
  return fail(code, fmt::format("Line {} of the commit: {}", line, sentence));
}

struct CommitStream::State {
  CommitStreamLimits limits;
  OnLine on_line;
  CommitLineReader reader;
  std::uint64_t number = 1;      // of the line that is open
  std::uint64_t line_bytes = 0;  // of it so far
  std::uint64_t lines = 0;       // with something in them
  std::uint64_t most_line_bytes;

  State(CommitStreamLimits wanted, os::Path directory, OnLine consumer)
      : limits(wanted),
        on_line(std::move(consumer)),
        reader(std::move(directory), wanted.inline_bytes),
        // Base64 takes 4/3, escaped slashes and text a little more.
        most_line_bytes(2 * wanted.inline_bytes + (std::uint64_t{1} << 20U)) {}

  Result<> take_part(std::string_view part) {
    line_bytes += part.size();
    if (line_bytes > most_line_bytes) {
      return fail_at_line(number, Code::payload_too_large,
                          "It is too long. Upload large files with LFS.");
    }
    return reader.feed(number, part);
  }

  Result<> end_line() {
    auto* line = TRY(reader.finish(number));
    if (line != nullptr) {
      if (++lines > limits.lines) {
        return fail(Code::payload_too_large,
                    fmt::format("A commit may have at most {} lines.", limits.lines));
      }
      TRY(check_order(*line));
      TRY(on_line(*line, reader.content()));
    }
    ++number;
    line_bytes = 0;
    return {};
  }

  Result<> check_order(const CommitLine& line) const {
    const bool is_header = line.kind == CommitLine::Kind::header;
    if (is_header == (lines == 1)) return {};
    return fail_at_line(number, Code::bad_request,
                        is_header ? "There is a second header." : "The header must come first.");
  }
};

CommitStream::CommitStream(CommitStreamLimits limits, os::Path spool_directory, OnLine on_line)
    : state_(std::make_unique<State>(limits, std::move(spool_directory), std::move(on_line))) {}
CommitStream::~CommitStream() = default;

Result<> CommitStream::feed(Bytes piece) {
  auto text = as_text(piece);
  while (!text.empty()) {
    const auto newline = text.find('\n');
    TRY(state_->take_part(text.substr(0, newline)));
    if (newline == text.npos) return {};
    TRY(state_->end_line());
    text.remove_prefix(newline + 1);
  }
  return {};
}

Result<> CommitStream::finish() {
  TRY(state_->end_line());
  if (state_->lines == 0) {
    return fail(Code::bad_request, "The commit is empty: its first line must be the header.");
  }
  return {};
}

}  // namespace kohaku::hub
