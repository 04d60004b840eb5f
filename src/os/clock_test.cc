#include "os/clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace kohaku::os {
namespace {

TEST(Clock, SystemClockTellsMicrosecondsSince1970) {
  const auto now = SystemClock().now();
  EXPECT_LE(std::abs(now.seconds() - static_cast<std::int64_t>(std::time(nullptr))), 2);
}

TEST(Clock, ManualClockStandsStill) {
  ManualClock clock(Micros::from_seconds(100));
  EXPECT_EQ(Micros{100'000'000}, clock.now());
  clock.advance_seconds(5);
  EXPECT_EQ(105, clock.now().seconds());
  clock.set(Micros{1});
  EXPECT_EQ(Micros{1}, clock.now());
}

}  // namespace
}  // namespace kohaku::os
