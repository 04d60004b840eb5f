#include <algorithm>

#include "http/request_head.h"

namespace kohaku::http {

namespace {

constexpr std::size_t most_target_bytes = 8 * 1024;
constexpr std::size_t most_method_and_version_bytes = 64;

Result<> check_line(std::string_view text, std::size_t start, std::size_t end, bool first_line) {
  if (end == start || text[end - 1] != '\r') {
    return fail(Code::bad_request, "Header lines must end in CRLF.");
  }
  if (!first_line && (text[start] == ' ' || text[start] == '\t')) {
    return fail(Code::bad_request, "Folded header lines are not accepted.");
  }
  return {};
}

Result<> check_size(std::size_t bytes, bool first_line, std::uint64_t most) {
  if (first_line && bytes > most_target_bytes + most_method_and_version_bytes) {
    return fail(Code::uri_too_long, "The request target is too long.");
  }
  if (bytes > most) return fail(Code::headers_too_large, "The request header is too large.");
  return {};
}

}  // namespace

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view text, std::uint64_t most) {
  while (true) {
    const std::size_t end = text.find('\n', seen_);
    if (end == std::string_view::npos) {
      seen_ = text.size();
      TRY(check_size(text.size(), first_line_, most));
      return std::nullopt;
    }
    TRY(check_size(end + 1, first_line_, most));
    TRY(check_line(text, line_start_, end, first_line_));
    if (!first_line_ && end == line_start_ + 1) return end + 1;
    first_line_ = false;
    line_start_ = seen_ = end + 1;
  }
}

}  // namespace kohaku::http
