#include "db/database.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <tuple>

#include "db/database_fixture.h"

namespace kohaku::db {
namespace {

namespace asio = boost::asio;

Task<void> write_notes(Database& database, int writer, int notes, std::atomic<int>& failures) {
  for (int i = 0; i < notes; ++i) {
    const auto name = std::to_string(writer) + "/" + std::to_string(i);
    auto written = co_await database.write([=](Connection& c) { return insert_note(c, name); });
    auto seen = co_await database.read([=](Connection& c) {
      return c.sql("SELECT id FROM note WHERE name = ?1").bind(name).first<int>();
    });
    if (!written || !seen || !*seen) ++failures;
  }
}

TEST_F(DatabaseTest, WritersShareCommitsAndSeeTheirWritesAtOnce) {
  constexpr int writers = 64;
  constexpr int notes = 10;
  const auto before = database_->generation();
  asio::io_context loop;
  std::atomic<int> failures = 0;
  for (int writer = 0; writer < writers; ++writer) {
    asio::co_spawn(loop, write_notes(*database_, writer, notes, failures), asio::detached);
  }
  {
    std::jthread other([&] { loop.run(); });
    loop.run();
  }
  EXPECT_EQ(0, failures);
  EXPECT_EQ(writers * notes, count());
  const auto commits = database_->generation() - before;
  EXPECT_GE(commits, notes) << "each writer waits for its commit";
  EXPECT_LT(commits, writers * notes / 4);
}

TEST_F(DatabaseTest, FailedJobIsRolledBackAlone) {
  std::vector<std::future<Result<std::int64_t>>> answers;
  const auto before = database_->generation();
  {
    const Hold hold(*database_);
    for (int i = 0; i < 10; ++i) {
      answers.push_back(std::async(std::launch::async, [this, i] {
        return database_->write_now([i](Connection& c) -> Result<std::int64_t> {
          TRY(insert_note(c, "first half of " + std::to_string(i)));
          if (i == 4) return fail(Code::forbidden, "No.");
          return insert_note(c, "second half of " + std::to_string(i));
        });
      }));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  for (int i = 0; i < 10; ++i) {
    auto answer = answers.at(static_cast<std::size_t>(i)).get();
    ASSERT_EQ(i != 4, answer.has_value());
    if (i == 4) EXPECT_EQ(Code::forbidden, answer.error().code);
  }
  EXPECT_EQ(18, count());
  EXPECT_LE(database_->generation() - before, 3u);
}

TEST_F(DatabaseTest, FailureChangesNeitherDataNorGeneration) {
  ASSERT_TRUE(insert("a"));
  const auto before = database_->generation();
  auto twice = insert("a");
  ASSERT_FALSE(twice);
  EXPECT_EQ(Code::conflict, twice.error().code);
  EXPECT_EQ(before, database_->generation());
  ASSERT_TRUE(insert("b"));
  EXPECT_EQ(before + 1, database_->generation());
  EXPECT_EQ(2, count());
}

TEST_F(DatabaseTest, JobThatThrowsIsAnInternalError) {
  auto thrown = database_->write_now([](Connection& c) -> Result<int> {
    TRY(insert_note(c, "never"));
    throw std::runtime_error("a bug");
  });
  ASSERT_FALSE(thrown);
  EXPECT_EQ(Code::internal, thrown.error().code);
  EXPECT_NE(thrown.error().detail.find("a bug"), std::string::npos);
  EXPECT_EQ(0, count());
}

TEST_F(DatabaseTest, JobCannotEndTheTransactionOfOthers) {
  std::vector<std::future<Result<std::int64_t>>> answers;
  std::future<Result<>> culprit;
  {
    const Hold hold(*database_);
    for (const auto* name : {"a", "b"}) {
      answers.push_back(std::async(std::launch::async, [this, name] { return insert(name); }));
    }
    culprit = std::async(std::launch::async, [this] {
      return database_->write_now([](Connection& c) -> Result<> {
        TRY(insert_note(c, "never"));
        return c.script("ROLLBACK");
      });
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_FALSE(culprit.get());
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(2, count());
}

TEST_F(DatabaseTest, WriteInsideAWriteIsRefused) {
  auto nested = database_->write_now([this](Connection&) { return insert("inner"); });
  ASSERT_FALSE(nested);
  EXPECT_EQ(Code::internal, nested.error().code);
}

TEST_F(DatabaseTest, ReadSeesOneMoment) {
  ASSERT_TRUE(insert("a"));
  auto seen = database_->read_now([this](Connection& c) -> Result<std::array<int, 3>> {
    const int before = TRY(count_notes(c));
    TRY(insert("b"));
    const int inner = TRY(database_->read_now(count_notes));
    return std::array{before, inner, TRY(count_notes(c))};
  });
  ASSERT_TRUE(seen);
  EXPECT_EQ((std::array{1, 2, 1}), *seen) << "the inner read is of a later moment";
  EXPECT_EQ(2, count());
}

TEST_F(DatabaseTest, FailedReadLeavesItsConnectionFit) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(
        database_->read_now([](Connection& c) { return c.sql("DELETE FROM note").run(); }));
    EXPECT_FALSE(database_->read_now([](Connection& c) -> Result<> {
      std::ignore = c.sql("SELECT 1").first<int>();
      return fail(Code::not_found, "Not found.");
    }));
    ASSERT_TRUE(insert(std::to_string(i)));
    EXPECT_EQ(i + 1, count());
  }
}

TEST_F(DatabaseTest, OtherThreadsSeeWhatWasAcknowledged) {
  std::atomic<int> acknowledged = 0;
  std::atomic<int> stale = 0;
  {
    std::vector<std::jthread> readers;
    readers.reserve(3);
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          const int least = acknowledged;
          if (count() < least) ++stale;
        }
      });
    }
    for (int i = 1; i <= 200; ++i) {
      ASSERT_TRUE(insert(std::to_string(i)));
      acknowledged = i;
    }
  }
  EXPECT_EQ(0, stale);
}

TEST_F(DatabaseTest, ThreadsComeAndGo) {
  ASSERT_TRUE(insert("a"));
  for (int i = 0; i < 50; ++i) {
    std::jthread([this] { EXPECT_EQ(1, count()); });
  }
  const auto open_files = os::list("/proc/self/fd").value().size();
  EXPECT_LT(open_files, 40u) << "each thread left its connection behind";
}

TEST_F(DatabaseTest, ClosingKeepsAllAndLeavesNoLog) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(insert(std::to_string(i), std::string(1 << 20, 'x')));
  EXPECT_EQ(20, count());
  database_.reset();
  EXPECT_FALSE(os::exists(path_ + "-wal"));
  database_ = *open_notes(path_);
  EXPECT_EQ(20, count());
}

TEST_F(DatabaseTest, LogHasRoomFromTheStart) {
  const auto room = std::filesystem::file_size(path_ + "-wal");
  EXPECT_GE(room, 8u << 20U);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(insert(std::to_string(i)));
  EXPECT_EQ(room, std::filesystem::file_size(path_ + "-wal"));
}

TEST_F(DatabaseTest, HealthCountsWritesAndTheirCommits) {
  const auto before = database_->health();
  std::vector<std::jthread> writers;
  {
    const Hold hold(*database_);
    for (int i = 0; i < 5; ++i) {
      writers.emplace_back([this, i] { std::ignore = insert(std::to_string(i)); });
    }
    while (database_->health().queued_writes < 6) std::this_thread::yield();
    EXPECT_EQ(database_->health().writes, before.writes);
  }
  writers.clear();
  const auto after = database_->health();
  EXPECT_EQ(after.queued_writes, 0U);
  EXPECT_EQ(after.writes, before.writes + 6);
  EXPECT_EQ(after.commits, before.commits + 2) << "the one that held, and a group";
  EXPECT_EQ(after.failed_commits, 0U);
  EXPECT_GT(after.commit_seconds, before.commit_seconds);
  EXPECT_GT(after.log_bytes, before.log_bytes);
  EXPECT_LE(after.log_bytes, after.log_file_bytes);
  EXPECT_GT(after.file_bytes, 0U);
}

TEST_F(DatabaseTest, HealthKnowsTheLastCheckpoint) {
  const auto opened = database_->health().last_checkpoint;
  EXPECT_GT(opened.value, 0);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(insert(std::to_string(i), std::string(1 << 20, 'x')));
  for (int i = 0; i < 500 && database_->health().last_checkpoint == opened; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GT(database_->health().last_checkpoint, opened);
}

TEST_F(DatabaseTest, LogDoesNotGrowForever) {
  for (int i = 0; i < 120; ++i) ASSERT_TRUE(insert(std::to_string(i), std::string(1 << 20, 'x')));
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 100u << 20U);
}

}  // namespace
}  // namespace kohaku::db
