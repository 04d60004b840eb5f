#include "hub/time_cursor.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace kohaku::hub {
namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string to_text(const TimeCursor& cursor) {
  return fmt::format("{}.{}", cursor.time.value, cursor.id);
}

Result<TimeCursor> parse_time_cursor(std::string_view text) {
  if (text.empty()) return TimeCursor{};
  const auto dot = text.find('.');
  if (dot != text.npos) {
    const auto time = parse_number(text.substr(0, dot));
    const auto id = parse_number(text.substr(dot + 1));
    if (time && id) return TimeCursor{Micros{*time}, *id};
  }
  return fail(Code::bad_request, "The cursor is not one that this list gave.");
}

}  // namespace kohaku::hub
