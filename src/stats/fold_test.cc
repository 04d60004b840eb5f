#include "stats/fold.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "db/database.h"
#include "os/scratch_directory.h"
#include "stats/event_fixture.h"
#include "stats/namespace_sketches.h"
#include "stats/sketch.h"
#include "stats/trending.h"

namespace kohaku::stats {
namespace {

constexpr std::int64_t first_day = 20'000;
constexpr std::string_view hf_agent = "unknown/None; hf_hub/2.4.0; python/3.11.2";

template <class T>
T ok(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  return std::move(*result);
}
void ok(Result<> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
}

class FoldTest : public testing::Test {
 protected:
  FoldTest() : directory_(ok(os::ScratchDirectory::make(testing::TempDir()))) {
    database_ = ok(db::Database::open((directory_.path() / "hub.db").string()));
    execute("INSERT INTO account (id, kind, name, lookup_name, created_at) VALUES "
            "(1, 'user', 'ada', 'ada', 0), (2, 'org', 'lab', 'lab', 0)");
    add_repository(1, "model", 1);
    add_repository(2, "dataset", 2);
  }

  void add_repository(int id, const std::string& type, int owner) {
    execute("INSERT INTO repository (id, type, owner_id, name, lookup_name, created_at, "
            "updated_at) VALUES (" +
            std::to_string(id) + ", '" + type + "', " + std::to_string(owner) + ", 'r" +
            std::to_string(id) + "', 'r" + std::to_string(id) + "', 0, 0)");
  }

  void execute(const std::string& sql) {
    ok(database_->write_now([&](db::Connection& c) { return c.script(sql); }));
  }

  std::int64_t number(const std::string& sql) {
    return ok(database_->read_now([&](db::Connection& c) -> Result<std::int64_t> {
      return std::get<0>(TRY(c.sql(sql).first<std::int64_t>()).value());
    }));
  }

  // A GET of a file, `seconds` after the beginning of the first day.
  static Event get(std::int64_t seconds, RepoId repo = {1}, std::uint64_t file = 1) {
    Event event;
    event.at = Micros::from_seconds(first_day * 86'400 + seconds);
    event.repo = repo;
    event.owner = {repo.value == 1 ? 1 : 2};
    event.type = repo.value == 1 ? RepoType::model : RepoType::dataset;
    event.method = "GET";
    event.address = "10.0.0.1";
    event.user_agent = hf_agent;
    event.path = "model.bin";
    event.files = {file};
    event.bytes = 100;
    return event;
  }

  void fold(const std::vector<Event>& events) {
    Batch batch(rules_);
    for (const auto& event : events) batch.add(recorder_.record(event));
    position_ += 10;
    ok(database_->write_now([&](db::Connection& c) { return apply(c, batch, "node", position_); }));
  }

  std::int64_t day_sum(const std::string& column, std::int64_t day = first_day, int repo = 1) {
    return number("SELECT COALESCE(SUM(" + column + "), 0) FROM repository_day WHERE repo_id = " +
                  std::to_string(repo) + " AND day = " + std::to_string(day));
  }

  bool roll(std::int64_t today, std::int64_t most = 100) {
    return ok(
        database_->write_now([&](db::Connection& c) { return roll_trending(c, today, most); }));
  }

  std::int64_t score(int repo) {
    return number("SELECT trending_score FROM repository WHERE id = " + std::to_string(repo));
  }

  os::ScratchDirectory directory_;
  std::unique_ptr<db::Database> database_;
  CountingRules rules_{WhoKey({}), {}, 900};
  Position position_ = 0;
  EventRecorder recorder_;
};

TEST_F(FoldTest, OneSessionHoweverManyFilesAndRanges) {
  auto ranged = get(20, {1}, 2);
  ranged.status = 206;
  fold({get(10), get(11), get(12, {1}, 2), ranged});
  EXPECT_EQ(day_sum("downloads"), 1);
  EXPECT_EQ(day_sum("files"), 2);
  EXPECT_EQ(day_sum("requests"), 4);
  EXPECT_EQ(day_sum("bytes"), 400);
  EXPECT_EQ(day_sum("authenticated"), 0);
  EXPECT_EQ(number("SELECT downloads FROM repository WHERE id = 1"), 1);
}

TEST_F(FoldTest, ASessionGoesOnInTheNextBatch) {
  fold({get(10)});
  fold({get(20), get(30, {1}, 2)});
  EXPECT_EQ(day_sum("downloads"), 1);
  EXPECT_EQ(day_sum("files"), 2);
  EXPECT_EQ(number("SELECT folded FROM journal_position WHERE node = 'node'"), 20);
}

TEST_F(FoldTest, EdgesOfBucketsAndDaysAreExact) {
  fold({get(899), get(900), get(86'399), get(86'400)});
  EXPECT_EQ(day_sum("downloads"), 3);
  EXPECT_EQ(day_sum("downloads", first_day + 1), 1);
}

TEST_F(FoldTest, OthersAreOthers) {
  auto user = get(10);
  user.user = {7};
  auto elsewhere = user;
  elsewhere.address = "10.9.9.9";
  auto curl = get(10);
  curl.user_agent = "curl/7.88";
  fold({get(10), user, elsewhere, curl});
  EXPECT_EQ(day_sum("downloads"), 3);
  EXPECT_EQ(day_sum("authenticated"), 1);
}

TEST_F(FoldTest, ASessionBelongsToTheTrafficThatBeganIt) {
  auto ci = get(10);
  ci.user_agent = std::string(hf_agent) + "; is_ci/true";
  fold({ci});
  fold({get(20, {1}, 2)});
  EXPECT_EQ(day_sum("CASE WHEN traffic = 1 THEN downloads ELSE 0 END"), 1);
  EXPECT_EQ(day_sum("CASE WHEN traffic = 1 THEN files ELSE 0 END"), 2);
  EXPECT_EQ(day_sum("CASE WHEN traffic = 0 THEN downloads ELSE 0 END"), 0);
  EXPECT_EQ(day_sum("CASE WHEN traffic = 0 THEN requests ELSE 0 END"), 1);
}

TEST_F(FoldTest, PoliciesCountTheSameEventsTheirWay) {
  auto config = get(10);
  config.path = "config.json";
  auto head = config;
  head.method = "HEAD";
  head.bytes = 0;
  fold({config, config, head, get(11)});
  EXPECT_EQ(day_sum("downloads"), 1);
  EXPECT_EQ(day_sum("huggingface"), 3);
  EXPECT_EQ(day_sum("requests"), 3);

  auto user = get(10, {2});
  user.user = {7};
  fold({get(10, {2}), user, get(299, {2})});
  fold({get(300, {2})});
  EXPECT_EQ(day_sum("downloads", first_day, 2), 2);
  EXPECT_EQ(day_sum("huggingface", first_day, 2), 2);
  EXPECT_EQ(day_sum("requests", first_day, 2), 4);
}

TEST_F(FoldTest, WhatDoesNotCountLeavesItsBytesOnly) {
  auto object = get(10);
  object.door = Door::lfs_object;
  auto missing = get(10);
  missing.status = 404;
  auto batch = get(10);
  batch.door = Door::lfs_batch;
  batch.method = "POST";
  batch.files = {1, 2, 3};
  fold({object, missing});
  EXPECT_EQ(day_sum("downloads") + day_sum("requests") + day_sum("files"), 0);
  EXPECT_EQ(day_sum("bytes"), 100);
  fold({batch});
  EXPECT_EQ(day_sum("files"), 3);
  EXPECT_EQ(day_sum("bytes"), 100);
}

TEST_F(FoldTest, RepositoriesThatAreGoneArePassedOver) {
  fold({get(10, {99}), get(10)});
  EXPECT_EQ(day_sum("downloads"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM repository_day"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM download_session"), 1);
}

TEST_F(FoldTest, GroupsAddUpToTheDay) {
  auto transformers = get(10);
  transformers.user_agent = "transformers/5.23.0; hf_hub/2.4.0";
  transformers.user = {7};
  fold({get(10), transformers, get(11)});
  const std::string clients = "SELECT COALESCE(SUM(downloads), 0) FROM repository_day_group "
                              "WHERE kind = 'client' AND name = ";
  EXPECT_EQ(number(clients + "'transformers' AND detail = '5.23.0'"), 1);
  EXPECT_EQ(number(clients + "'huggingface_hub' AND detail = '2.4.0'"), 1);
  EXPECT_EQ(number("SELECT SUM(requests) FROM repository_day_group WHERE kind = 'client'"), 3);
  EXPECT_EQ(number("SELECT SUM(downloads) FROM repository_day_group WHERE kind = 'country'"), 2);
}

TEST_F(FoldTest, NamesOfClientsAreBounded) {
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) {
    events.push_back(get(10));
    events.back().user_agent = "made-up-" + std::to_string(i) + "/1";
  }
  fold(events);
  EXPECT_EQ(number("SELECT COUNT(*) FROM repository_day_group WHERE kind = 'client'"), 201);
  EXPECT_EQ(number("SELECT SUM(downloads) FROM repository_day_group WHERE kind = 'client'"), 300);
}

TEST_F(FoldTest, SketchesOfRepositoryAndNamespace) {
  add_repository(3, "model", 2);
  std::vector<Event> events;
  for (int i = 0; i < 50; ++i) {
    events.push_back(get(10, {i % 2 == 0 ? 2 : 3}));
    events.back().user = {100 + i / 2};
  }
  fold({events.begin(), events.begin() + 20});
  fold({events.begin() + 20, events.end()});
  const auto uniques = [&](const std::string& sql) {
    return std::lround(ok(database_->read_now([&](db::Connection& c) -> Result<double> {
      const auto row = TRY(c.sql(sql).first<std::vector<std::byte>>());
      return TRY(Sketch::parse(std::get<0>(row.value()))).estimate();
    })));
  };
  EXPECT_EQ(uniques("SELECT sketch FROM repository_sketch WHERE repo_id = 2"), 25);
  EXPECT_EQ(uniques("SELECT sketch FROM namespace_sketch WHERE owner_id = 2"), 25);
  // Who comes while the namespace's is stale is in it when it is made anew.
  ok(database_->write_now([](db::Connection& c) { return mark_sketches_stale(c, {3}); }));
  events.resize(1);
  events[0].user = {999};
  fold(events);
  EXPECT_EQ(number("SELECT LENGTH(sketch) FROM namespace_sketch WHERE owner_id = 2"), 0);
  EXPECT_TRUE(
      ok(database_->write_now([](db::Connection& c) { return rebuild_stale_sketches(c, 9); })));
  EXPECT_EQ(uniques("SELECT sketch FROM namespace_sketch WHERE owner_id = 2"), 26);
}

TEST_F(FoldTest, TrendingIsTheLastSevenDays) {
  EXPECT_TRUE(roll(first_day));
  fold({get(0), get(900), get(-86'400)});
  EXPECT_EQ(score(1), 3);
  fold({get(-7 * 86'400)});
  EXPECT_EQ(score(1), 3);
  EXPECT_TRUE(roll(first_day + 5));
  EXPECT_EQ(score(1), 3);
  EXPECT_TRUE(roll(first_day + 6));
  EXPECT_EQ(score(1), 2);
  EXPECT_TRUE(roll(first_day + 7));
  EXPECT_EQ(score(1), 0);
  EXPECT_EQ(number("SELECT downloads FROM repository WHERE id = 1"), 4);
}

TEST_F(FoldTest, TrendingStaysRightWhileItRolls) {
  for (int id = 3; id <= 8; ++id) add_repository(id, "model", 1);
  EXPECT_TRUE(roll(first_day));
  const auto each = [&](std::int64_t seconds) {
    std::vector<Event> events;
    for (int id = 1; id <= 8; ++id) events.push_back(get(seconds, {id}));
    return events;
  };
  fold(each(0));
  fold(each(86'400));  // of a day that no score ends with yet
  EXPECT_EQ(score(8), 1);
  EXPECT_FALSE(roll(first_day + 1, 3));
  EXPECT_EQ(score(1), 2);
  EXPECT_EQ(score(8), 1);
  fold(each(86'400 + 900));
  fold(each(900));
  EXPECT_EQ(score(1), 4);
  EXPECT_EQ(score(8), 2);
  EXPECT_FALSE(roll(first_day + 1, 3));
  EXPECT_TRUE(roll(first_day + 1, 3));
  for (int id = 1; id <= 8; ++id) EXPECT_EQ(score(id), 4) << id;
}

TEST_F(FoldTest, OldSessionsGoAndTheirCountsStay) {
  fold({get(0), get(900, {1}, 2), get(1800)});
  const auto removed = ok(database_->write_now(
      [](db::Connection& c) { return remove_old_sessions(c, first_day * 86'400 + 1800, 100); }));
  EXPECT_EQ(removed, 4);
  EXPECT_EQ(number("SELECT COUNT(*) FROM download_session"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM session_file"), 1);
  EXPECT_EQ(day_sum("downloads"), 3);
}

TEST_F(FoldTest, OldSessionsGoInStretches) {
  std::vector<Event> events;
  for (int i = 0; i < 50; ++i) events.push_back(get(i * 900));
  fold(events);
  std::int64_t removed = 0;
  for (int turns = 0; turns < 10; ++turns) {
    removed += ok(database_->write_now(
        [](db::Connection& c) { return remove_old_sessions(c, first_day * 86'400 + 86'400, 9); }));
    EXPECT_EQ(number("SELECT COUNT(*) FROM download_session"), std::max(0, 50 - 10 * (turns + 1)));
  }
  EXPECT_EQ(removed, 100);
}

}  // namespace
}  // namespace kohaku::stats
