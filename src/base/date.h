// Points in time as the wire and the database have them: microseconds since 1970, UTC.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace kohaku {

struct Micros {
  std::int64_t value = 0;
  friend auto operator<=>(const Micros&, const Micros&) = default;

  static constexpr Micros from_seconds(std::int64_t seconds) { return {seconds * 1'000'000}; }
  constexpr std::int64_t seconds() const { return value / 1'000'000; }
  constexpr Micros plus_seconds(std::int64_t seconds) const {
    return {value + seconds * 1'000'000};
  }
};

std::string iso_date(Micros time);   // 2025-01-15T12:00:00.000Z
std::string http_date(Micros time);  // Wed, 15 Jan 2025 12:00:00 GMT

}  // namespace kohaku
