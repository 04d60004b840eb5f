#include "hub/statistics_upkeep.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "hub/accounts_fixture.h"
#include "stats/fold.h"

namespace kohaku::hub {
namespace {

class StatisticsUpkeepTest : public AccountsTest {
 protected:
  StatisticsUpkeepTest() {
    execute("INSERT INTO account (id, kind, name, lookup_name, created_at) "
            "VALUES (901, 'user', 'ada', 'ada', 0)");
    for (int id = 1; id <= 3; ++id) {
      execute(fmt::format("INSERT INTO repository (id, type, owner_id, name, lookup_name, "
                          "created_at, updated_at) VALUES ({0}, 'model', 901, 'r{0}', 'r{0}', "
                          "0, 0)",
                          id));
    }
  }

  void downloads_of_today(int repo, int count) {
    execute(fmt::format("INSERT INTO repository_day VALUES ({}, {}, 0, {}, 0, 0, 0, 0, 0, 0, 0)",
                        repo, stats::day_of(clock().now()), count));
  }

  std::int64_t score(int repo) {
    return number(fmt::format("SELECT trending_score FROM repository WHERE id = {}", repo));
  }
};

TEST_F(StatisticsUpkeepTest, ADayLaterTheScoresAreOfThatDay) {
  downloads_of_today(1, 4);
  ok(wait_for(roll_trending(hub())));
  EXPECT_EQ(score(1), 4);
  clock().advance_seconds(6 * 86'400);
  downloads_of_today(3, 2);
  ok(wait_for(roll_trending(hub())));
  EXPECT_EQ(score(1), 4);
  EXPECT_EQ(score(3), 2);
  clock().advance_seconds(86'400);
  ok(wait_for(roll_trending(hub())));
  EXPECT_EQ(score(1), 0);
  EXPECT_EQ(score(3), 2);
}

TEST_F(StatisticsUpkeepTest, SessionsAreForgottenAfterTheirDays) {
  const auto now = clock().now().seconds();
  for (const auto age : {8 * 86'400, 6 * 86'400}) {
    execute(fmt::format("INSERT INTO download_session VALUES (1, 0, {}, x'00', 0)", now - age));
  }
  ok(wait_for(forget_old_sessions(hub())));
  EXPECT_EQ(number("SELECT COUNT(*) FROM download_session"), 1);
}

}  // namespace
}  // namespace kohaku::hub
