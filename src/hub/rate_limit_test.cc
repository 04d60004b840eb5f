#include "hub/rate_limit.h"

#include <gtest/gtest.h>

namespace kohaku::hub {
namespace {

constexpr Micros start = Micros::from_seconds(1'000'000);

TEST(RateLimit, LetsAFewTriesPass) {
  RateLimit limit(3, 60);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.try_once("a", start));
  EXPECT_FALSE(limit.try_once("a", start.plus_seconds(59)));
  EXPECT_TRUE(limit.try_once("b", start));
}

TEST(RateLimit, BeginsAnewAfterItsWindow) {
  RateLimit limit(1, 60);
  EXPECT_TRUE(limit.try_once("a", start));
  EXPECT_FALSE(limit.try_once("a", start.plus_seconds(59)));
  EXPECT_TRUE(limit.try_once("a", start.plus_seconds(60)));
  EXPECT_FALSE(limit.try_once("a", start.plus_seconds(61)));
}

TEST(RateLimit, ForgetsWhoWasRight) {
  RateLimit limit(1, 60);
  EXPECT_TRUE(limit.try_once("a", start));
  limit.forget("a");
  EXPECT_TRUE(limit.try_once("a", start));
}

TEST(RateLimit, TakesOneTryBack) {
  RateLimit limit(2, 60);
  EXPECT_TRUE(limit.try_once("a", start));
  EXPECT_TRUE(limit.try_once("a", start));
  limit.take_back("a");
  limit.take_back("b");
  EXPECT_TRUE(limit.try_once("a", start));
  EXPECT_FALSE(limit.try_once("a", start));
}

TEST(RateLimit, DropsTheOldestWhenThereAreTooMany) {
  RateLimit limit(1, 1000, 4);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limit.try_once(std::to_string(i), start.plus_seconds(i)));
  EXPECT_TRUE(limit.try_once("0", start.plus_seconds(5)));
  EXPECT_FALSE(limit.try_once("4", start.plus_seconds(5)));
}

}  // namespace
}  // namespace kohaku::hub
