#include "cli/sparkline.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace kohaku::cli {
namespace {

std::string draw(const std::vector<std::int64_t>& figures, std::size_t most = 80) {
  return sparkline(figures, most);
}

TEST(Sparkline, GoesFromLowestToFull) {
  EXPECT_EQ(draw({0, 1, 2, 3, 4, 5, 6, 7}), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(draw({70, 0, 70}), "█▁█");
}

TEST(Sparkline, TellsZeroFromLittle) {
  EXPECT_EQ(draw({0, 1, 1'000'000}), "▁▂█");
  EXPECT_EQ(draw({0, 0, 0}), "▁▁▁");
}

TEST(Sparkline, FitsIntoTheWidth) {
  EXPECT_EQ(draw({7, 7, 0, 0}, 2), "█▁");
  EXPECT_EQ(draw({6, 8, 0, 0, 0}, 2), "█▁");  // means of 2 and of 3
  EXPECT_EQ(draw(std::vector<std::int64_t>(365, 1), 80).size(), 80U * 3);
  EXPECT_EQ(draw({1, 2}, 0), "");
  EXPECT_EQ(draw({}), "");
}

TEST(Sparkline, TakesEveryFigure) {
  const auto highest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(draw({highest, 0, highest}), "█▁█");
  EXPECT_EQ(draw({-5, 5}), "▁█");
}

}  // namespace
}  // namespace kohaku::cli
