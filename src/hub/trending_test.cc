#include "hub/trending.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "hub/commit_fixture.h"
#include "stats/fold.h"
#include "stats/statistics_fixture.h"

namespace kohaku::hub {
namespace {

class TrendingTest : public ReadingTest {
 protected:
  std::int64_t today() { return stats::day_of(clock().now()); }

  Repo add(const std::string& name, std::int64_t total = 0, bool is_private = false) {
    const auto repo = add_repo(ada_, name, is_private);
    execute("UPDATE repository SET downloads = ?2 WHERE id = ?1", repo.id, total);
    return repo;
  }
  void downloaded(const Repo& repo, std::int64_t days_ago, std::int64_t downloads) {
    value_of(hub().database.write_now([&](db::Connection& c) {
      return stats::insert_day(c, repo.id, {.day = today() - days_ago, .downloads = downloads});
    }));
  }
  void score(const Repo& repo, std::int64_t recent) {
    execute("UPDATE repository SET trending_score = ?2 WHERE id = ?1", repo.id, recent);
  }
  void state(const std::string& name, std::int64_t value) {
    execute("INSERT INTO statistics_state (name, value) VALUES (?1, ?2)", name, value);
  }

  Trending ask(const TrendingQuery& query, const Caller& caller = {}) {
    return value_of(run_task(trending(hub(), value_of(Access(hub()).anyone(caller)), query)));
  }
  // "name recent", in order.
  std::vector<std::string> names(const TrendingQuery& query, const Caller& caller = {}) {
    std::vector<std::string> names;
    for (const auto& repo : ask(query, caller).repos) {
      names.push_back(fmt::format("{} {}", repo.full_name.substr(4), repo.recent_downloads));
    }
    return names;
  }
  using Names = std::vector<std::string>;

  User ada_ = add_account("ada");
};

TEST_F(TrendingTest, TheWindowDecides) {
  const auto late = add("late", 5);
  const auto early = add("early", 100);
  downloaded(late, 0, 2);
  downloaded(late, 2, 3);
  downloaded(early, 3, 90);
  downloaded(early, 2, 1);
  EXPECT_EQ(names({.days = 3}), (Names{"late 5", "early 1"}));
  EXPECT_EQ(names({.days = 4}), (Names{"early 91", "late 5"}));
  EXPECT_EQ(names({.days = 1}), (Names{"late 2", "early 0"}));
  const auto period = ask({.days = 3}).period;
  EXPECT_EQ(period.first, today() - 2);
  EXPECT_EQ(period.last, today());
}

TEST_F(TrendingTest, TiesGoByTheTotalThenByName) {
  for (const auto* name : {"c", "a", "b"}) downloaded(add(name, 10), 0, 4);
  downloaded(add("z", 11), 0, 4);
  add("y", 3);
  add("x", 3);
  EXPECT_EQ(names({.days = 2}), (Names{"z 4", "a 4", "b 4", "c 4", "x 0", "y 0"}));
  EXPECT_EQ(names({.days = 2, .limit = 2}), (Names{"z 4", "a 4"}));
  EXPECT_EQ(names({.days = 2, .limit = 5}), (Names{"z 4", "a 4", "b 4", "c 4", "x 0"}));
}

TEST_F(TrendingTest, TheIndexIsUsedWhenItIsTodays) {
  const auto one = add("one", 10);
  const auto other = add("other", 10);
  const auto third = add("a", 10);
  downloaded(other, 0, 3);
  score(one, 7);
  score(other, 3);
  score(third, 3);
  EXPECT_EQ(names({}), (Names{"other 3", "a 0", "one 0"})) << "nobody says that the index is right";
  state("trending_day", today() - 1);
  EXPECT_EQ(names({}), (Names{"other 3", "a 0", "one 0"})) << "it is of yesterday";
  execute("UPDATE statistics_state SET value = ?1", today());
  EXPECT_EQ(names({}), (Names{"one 7", "a 3", "other 3"}));
  EXPECT_EQ(names({.limit = 2}), (Names{"one 7", "a 3"})) << "ties behind the cut are looked at";
  state("rolling_to", today() + 1);
  EXPECT_EQ(names({}), (Names{"other 3", "a 0", "one 0"})) << "it is being made";
}

TEST_F(TrendingTest, PrivateOnesAreLeftOutBeforeTheCut) {
  const auto bob = add_account("bob");
  for (int i = 0; i < 5; ++i) {
    const auto repo = add(fmt::format("hidden{}", i), 100, true);
    downloaded(repo, 0, 50 + i);
    score(repo, 50 + i);
  }
  const auto seen = add("seen", 1);
  downloaded(seen, 0, 1);
  score(seen, 1);
  const TrendingQuery by_sums{.days = 8, .limit = 2};
  EXPECT_EQ(names(by_sums), (Names{"seen 1"}));
  EXPECT_EQ(names(by_sums, caller(bob)), (Names{"seen 1"}));
  EXPECT_EQ(names(by_sums, caller(ada_)), (Names{"hidden4 54", "hidden3 53"}));
  state("trending_day", today());
  const TrendingQuery by_index{.limit = 2};
  EXPECT_EQ(names(by_index), (Names{"seen 1"}));
  EXPECT_EQ(names(by_index, caller(ada_)), (Names{"hidden4 54", "hidden3 53"}));
}

TEST_F(TrendingTest, OtherTypesAreOthers) {
  const auto dataset = add_repo(ada_, "data", false, RepoType::dataset);
  downloaded(dataset, 0, 5);
  downloaded(add("model"), 0, 1);
  EXPECT_EQ(names({.days = 2}), (Names{"model 1"}));
  EXPECT_EQ(names({.type = RepoType::dataset, .days = 2}), (Names{"data 5"}));
  EXPECT_EQ(names({.type = RepoType::space, .days = 2}), Names{});
}

TEST_F(TrendingTest, AChangeShowsAtOnceOnASmallHub) {
  const auto one = add("one");
  const auto other = add("other");
  downloaded(one, 0, 1);
  EXPECT_EQ(names({.days = 2}), (Names{"one 1", "other 0"}));
  downloaded(other, 0, 9);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // twenty times what it took
  EXPECT_EQ(names({.days = 2}), (Names{"other 9", "one 1"}));
}

}  // namespace
}  // namespace kohaku::hub
