#include "stats/unique_downloaders.h"

#include <cmath>

#include "stats/statistics_fixture.h"

namespace kohaku::stats {
namespace {

class UniqueDownloadersTest : public StatisticsTest {
 protected:
  void people(std::int64_t day, std::uint64_t first, std::uint64_t end) {
    add_sketch(owner(), day, Traffic::people, sketch_of(first, end));
  }
  UniqueDownloaders of_owner(const Days& days, const Counting& counting = {}) {
    return read([&](db::Connection& c) { return unique_downloaders(c, owner(), days, counting); });
  }
  // Within four times the stated error.
  static void expect_near(std::int64_t estimate, double truth) {
    EXPECT_NEAR(static_cast<double>(estimate), truth,
                std::max(0.5, 4 * Sketch::standard_error * truth));
  }

  std::int64_t monday_ = *day_from("2025-01-27");  // the month ends on Friday
};

TEST_F(UniqueDownloadersTest, WhoComesAgainIsOne) {
  people(monday_, 0, 3000);
  people(monday_ + 1, 2000, 4000);
  people(monday_ + 5, 0, 1000);    // February
  people(monday_ + 7, 500, 5000);  // the next week
  const auto unique = of_owner({monday_, monday_ + 9});
  expect_near(unique.range, 5000);
  ASSERT_EQ(unique.days.size(), 4U);
  EXPECT_EQ(unique.days[2].first_day, monday_ + 5);
  expect_near(unique.days[1].downloaders, 2000);
  ASSERT_EQ(unique.weeks.size(), 2U);
  EXPECT_EQ(unique.weeks[0].first_day, monday_);
  expect_near(unique.weeks[0].downloaders, 4000);
  EXPECT_EQ(unique.weeks[1].first_day, monday_ + 7);
  expect_near(unique.weeks[1].downloaders, 4500);
  ASSERT_EQ(unique.months.size(), 2U);
  EXPECT_EQ(date_of(unique.months[0].first_day), "2025-01-01");
  expect_near(unique.months[0].downloaders, 4000);
  EXPECT_EQ(date_of(unique.months[1].first_day), "2025-02-01");
  expect_near(unique.months[1].downloaders, 5000);
}

TEST_F(UniqueDownloadersTest, OnlyDaysOfThePeriodCount) {
  people(monday_ - 1, 0, 100);
  people(monday_, 100, 110);
  people(monday_ + 1, 200, 300);
  const auto unique = of_owner({monday_, monday_});
  EXPECT_EQ(unique.range, 10);
  ASSERT_EQ(unique.weeks.size(), 1U);
  EXPECT_EQ(unique.weeks[0].downloaders, 10);
}

TEST_F(UniqueDownloadersTest, NobodyIsNobody) {
  const auto unique = of_owner({monday_, monday_ + 30});
  EXPECT_EQ(unique.range, 0);
  EXPECT_TRUE(unique.days.empty());
  EXPECT_TRUE(unique.months.empty());
}

TEST_F(UniqueDownloadersTest, ProgramsCanBeLeftOut) {
  people(monday_, 0, 10);
  add_sketch(owner(), monday_, Traffic::ci, sketch_of(5, 30));
  add_sketch(owner(), monday_, Traffic::robots, sketch_of(100, 200));
  const Days days{monday_, monday_};
  const auto& hub = policies.front();
  expect_near(of_owner(days).range, 130);
  expect_near(of_owner(days, {hub, false, true}).range, 110);
  expect_near(of_owner(days, {hub, true, false}).range, 30);
}

TEST_F(UniqueDownloadersTest, ARepositoryHasItsOwn) {
  const auto one = add_repo("one");
  const auto other = add_repo("other");
  add_sketch(one, monday_, Traffic::people, sketch_of(0, 7));
  add_sketch(one, monday_ + 1, Traffic::people, sketch_of(5, 12));
  add_sketch(other, monday_, Traffic::people, sketch_of(0, 99));
  std::int64_t sketches = 0;
  const auto range = read([&](db::Connection& c) {
    return unique_downloaders_of_range(c, one, {monday_, monday_ + 1}, {}, sketches);
  });
  EXPECT_EQ(range, 12);
  EXPECT_EQ(sketches, 2);
  const auto unique = read([&](db::Connection& c) {
    return unique_downloaders(c, one, Days{monday_, monday_ + 1}, Counting{});
  });
  EXPECT_EQ(unique.range, 12);
  ASSERT_EQ(unique.days.size(), 2U);
  EXPECT_EQ(unique.days[0].downloaders, 7);
}

}  // namespace
}  // namespace kohaku::stats
