#include "base/date.h"

#include <gtest/gtest.h>

namespace kohaku {
namespace {

TEST(Date, BothFormats) {
  const auto time = Micros{1736942400123456};
  EXPECT_EQ("2025-01-15T12:00:00.123Z", iso_date(time));
  EXPECT_EQ("Wed, 15 Jan 2025 12:00:00 GMT", http_date(time));
  EXPECT_EQ("1970-01-01T00:00:00.000Z", iso_date({0}));
  EXPECT_EQ("Thu, 01 Jan 1970 00:00:00 GMT", http_date({0}));
}

TEST(Date, EdgesOfTheCalendar) {
  EXPECT_EQ("2024-02-29T23:59:59.999Z", iso_date({1709251199999999}));
  EXPECT_EQ("2024-03-01T00:00:00.000Z", iso_date({1709251200000000}));
  EXPECT_EQ("Sun, 31 Dec 2023 23:59:59 GMT", http_date(Micros::from_seconds(1704067199)));
  EXPECT_EQ("1969-12-31T23:59:59.999Z", iso_date({-1})) << "rounded down, not towards zero";
  EXPECT_EQ("2100-02-28T00:00:00.000Z", iso_date(Micros::from_seconds(4107456000)));
}

TEST(Date, Arithmetic) {
  EXPECT_EQ(Micros{61'000'000}, Micros::from_seconds(60).plus_seconds(1));
  EXPECT_EQ(1, Micros{1'999'999}.seconds());
  EXPECT_LT(Micros{1}, Micros{2});
}

}  // namespace
}  // namespace kohaku
