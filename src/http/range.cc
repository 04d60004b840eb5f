#include "http/range.h"

#include <algorithm>
#include <charconv>

#include "http/text.h"

namespace kohaku::http {

namespace {

// Digits only. A number too large for 64 bits is as good as the largest one: beyond any end.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc::result_out_of_range ? UINT64_MAX : value;
}

std::unexpected<Error> beyond_end() {
  return fail(Code::range_not_satisfiable, "The requested range lies beyond the end of the file.");
}

Result<std::optional<ByteRange>> last_bytes(std::string_view digits, std::uint64_t size) {
  const std::optional<std::uint64_t> count = parse_position(digits);
  if (!count) return std::nullopt;
  const std::uint64_t length = std::min(*count, size);
  if (length == 0) return beyond_end();
  return ByteRange{size - length, length};
}

}  // namespace

Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t size) {
  const std::size_t equals = header.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (!equal_ignoring_case(trim(header.substr(0, equals)), "bytes")) return std::nullopt;
  const std::string_view spec = trim(header.substr(equals + 1));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view from = trim(spec.substr(0, dash));
  const std::string_view to = trim(spec.substr(dash + 1));
  if (from.empty()) return last_bytes(to, size);

  const std::optional<std::uint64_t> first = parse_position(from);
  if (!first) return std::nullopt;
  const std::optional<std::uint64_t> last =
      to.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : parse_position(to);
  if (!last || *last < *first) return std::nullopt;  // also `1-2,5-6`: several ranges
  if (*first >= size) return beyond_end();
  return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace kohaku::http
