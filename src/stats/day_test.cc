#include "stats/day.h"

#include <gtest/gtest.h>

#include "stats/statistics_fixture.h"

namespace kohaku::stats {
namespace {

TEST(Date, IsWrittenAndRead) {
  EXPECT_EQ(date_of(0), "1970-01-01");
  EXPECT_EQ(date_of(20'103), "2025-01-15");
  EXPECT_EQ(date_of(-1), "1969-12-31");
  for (const std::int64_t day : {0, 59, 60, 11'016, 20'103, 19'782, 40'000}) {
    EXPECT_EQ(day_from(date_of(day)), day) << date_of(day);
  }
}

TEST(Date, OfNoCalendarIsNone) {
  EXPECT_TRUE(day_from("2024-02-29"));
  for (const auto* text : {"", "2025-1-15", "2025-01-32", "2025-02-29", "2025-00-01", "2025/01/15",
                           "2025-01-15T00:00:00Z", "+025-01-15", "20250115aa"}) {
    EXPECT_FALSE(day_from(text)) << text;
  }
}

TEST(Date, WeeksBeginOnMonday) {
  const auto monday = *day_from("2024-12-30");
  for (std::int64_t day = monday; day < monday + 7; ++day) EXPECT_EQ(week_of(day), monday);
  EXPECT_EQ(week_of(monday + 7), monday + 7);
  EXPECT_EQ(date_of(month_of(*day_from("2025-01-31"))), "2025-01-01");
  EXPECT_EQ(date_of(month_of(*day_from("2025-02-01"))), "2025-02-01");
}

TEST(DaysTest, TheDaysBeforeAreAsMany) {
  const auto days = Days::until(100, 30);
  EXPECT_EQ(days.first, 71);
  EXPECT_EQ(days.count(), 30);
  EXPECT_EQ(days.before().first, 41);
  EXPECT_EQ(days.before().last, 70);
}

class DayRowsTest : public StatisticsTest {
 protected:
  std::vector<Numbers> days_of(const Counting& counting, Days days = {100, 103}) {
    return read([&](db::Connection& c) { return read_days(c, repo_, days, counting); });
  }
  RepoId repo_ = add_repo("a");
};

TEST_F(DayRowsTest, EveryDayIsThere) {
  add_day(repo_, {.day = 99, .downloads = 1000});
  add_day(repo_, {.day = 101, .downloads = 5, .authenticated = 2, .files = 9, .bytes = 70});
  add_day(repo_, {.day = 103, .downloads = 1});
  add_day(repo_, {.day = 104, .downloads = 1000});
  add_day(add_repo("b"), {.day = 101, .downloads = 1000});
  const auto days = days_of({});
  ASSERT_EQ(days.size(), 4U);
  EXPECT_EQ(days[0].downloads, 0);
  EXPECT_EQ(days[1].downloads, 5);
  EXPECT_EQ(days[1].authenticated, 2);
  EXPECT_EQ(days[1].anonymous(), 3);
  EXPECT_EQ(days[1].files, 9);
  EXPECT_EQ(days[1].bytes, 70);
  EXPECT_EQ(days[2].downloads, 0);
  EXPECT_EQ(days[3].downloads, 1);
}

TEST_F(DayRowsTest, ProgramsCanBeLeftOut) {
  add_day(repo_, {.day = 101, .traffic = Traffic::people, .downloads = 1});
  add_day(repo_, {.day = 101, .traffic = Traffic::ci, .downloads = 10});
  add_day(repo_, {.day = 101, .traffic = Traffic::robots, .downloads = 100});
  const auto& hub = policies.front();
  EXPECT_EQ(days_of({hub, true, true})[1].downloads, 111);
  EXPECT_EQ(days_of({hub, false, true})[1].downloads, 101);
  EXPECT_EQ(days_of({hub, true, false})[1].downloads, 11);
  EXPECT_EQ(days_of({hub, false, false})[1].downloads, 1);
}

TEST_F(DayRowsTest, EachPolicyHasItsOwnNumbers) {
  add_day(repo_, {.day = 101, .downloads = 1, .huggingface = 2, .requests = 3});
  for (const auto& policy : policies) {
    EXPECT_EQ(days_of({policy})[1].downloads, static_cast<int>(policy.id) + 1) << policy.name;
  }
}

}  // namespace
}  // namespace kohaku::stats
