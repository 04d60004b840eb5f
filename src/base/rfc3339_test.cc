#include "base/rfc3339.h"

#include <gtest/gtest.h>

#include <string>

namespace kohaku {
namespace {

std::string read(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? iso_date(*time) : "none";
}

TEST(Rfc3339Test, ReadsTimes) {
  EXPECT_EQ(read("2025-01-15T12:34:56Z"), "2025-01-15T12:34:56.000Z");
  EXPECT_EQ(read("2025-01-15t12:34:56.789123456z"), "2025-01-15T12:34:56.789Z");
  EXPECT_EQ(parse_rfc3339("2025-01-15T12:34:56.7891234Z")->value % 1'000'000, 789'123);
  EXPECT_EQ(read("2025-01-15T00:30:00+02:00"), "2025-01-14T22:30:00.000Z");
  EXPECT_EQ(read("2025-01-15 23:30:00-01:30"), "2025-01-16T01:00:00.000Z");
  EXPECT_EQ(read("2024-02-29"), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(read("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
}

TEST(Rfc3339Test, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "yesterday", "2025", "2025-1-15", "2025-02-29", "2025-13-01", "1969-12-31",
        "2025-01-15T", "2025-01-15T12:34", "2025-01-15T12:34:56", "2025-01-15T24:00:00Z",
        "2025-01-15T12:60:00Z", "2025-01-15T12:34:56.Z", "2025-01-15T12:34:56+0200",
        "2025-01-15T12:34:56Zz", "2025-01-15T12:34:56+24:00", "-025-01-15", "1737000000"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

}  // namespace
}  // namespace kohaku
