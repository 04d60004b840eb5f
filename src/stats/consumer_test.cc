#include "stats/consumer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>

#include "os/scratch_directory.h"
#include "stats/journal_segment.h"

namespace kohaku::stats {
namespace {

constexpr std::int64_t day_seconds = 86'400;

class ConsumerTest : public testing::Test {
 protected:
  ConsumerTest() {
    open_database();
    execute("INSERT INTO account (id, kind, name, lookup_name, created_at) "
            "VALUES (1, 'user', 'ada', 'ada', 0)");
    execute("INSERT INTO repository (id, type, owner_id, name, lookup_name, created_at, "
            "updated_at) VALUES (1, 'model', 1, 'r', 'r', 0, 0)");
    open_journal();
  }

  void open_database() {
    database_ = db::Database::open((directory_.path() / "hub.db").string()).value();
  }
  void open_journal() {
    consumer_.reset();
    journal_.reset();
    journal_ = Journal::open(directory_.path() / "events", {.segment_bytes = 1 << 16}).value();
    consumer_ = std::make_unique<Consumer>(*journal_, *database_, rules());
  }
  static CountingRules rules() { return {WhoKey({}), {}, 900}; }

  Result<> execute(const std::string& sql) {
    return database_->write_now([&](db::Connection& c) { return c.script(sql); });
  }
  std::int64_t number(const std::string& sql) {
    return database_->read_now([&](db::Connection& c) { return c.sql(sql).first<std::int64_t>(); })
        .value()
        .transform([](const auto& row) { return std::get<0>(row); })
        .value_or(0);
  }
  std::int64_t downloads() { return number("SELECT downloads FROM repository WHERE id = 1"); }
  std::int64_t folded() { return number("SELECT folded FROM journal_position"); }

  // Each is a session of its own.
  static Event download(std::int64_t number) {
    Event event;
    event.at = Micros::from_seconds(20'000 * day_seconds + number % 1000);
    event.repo = {1};
    event.owner = {1};
    event.method = "GET";
    event.user = {number + 1};
    event.user_agent = "unknown/None; hf_hub/2.4.0";
    event.files = {1};
    return event;
  }
  void append(std::int64_t first, std::int64_t end) {
    for (auto number = first; number < end; ++number) journal_->append(download(number));
  }
  // Until nothing is left; how many steps.
  int fold_all() {
    int steps = 1;
    while (consumer_->step().value()) ++steps;
    return steps;
  }

  os::ScratchDirectory directory_ = *os::ScratchDirectory::make(testing::TempDir());
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Consumer> consumer_;
};

TEST_F(ConsumerTest, FoldsWhatWasAppended) {
  append(0, 10);
  EXPECT_EQ(1, fold_all());
  EXPECT_EQ(10, downloads());
  EXPECT_EQ(journal_->counters().end, folded());
  EXPECT_EQ(0u, journal_->bytes_after(folded()));
  append(5, 15);  // five of them are the same sessions
  fold_all();
  EXPECT_EQ(15, downloads());
}

TEST_F(ConsumerTest, WithNothingNewWritesNothing) {
  append(0, 3);
  fold_all();
  const auto generation = database_->generation();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(false, consumer_->step());
  EXPECT_EQ(generation, database_->generation());
}

TEST_F(ConsumerTest, BatchesHaveABound) {
  auto event = download(0);
  event.files.resize(1000);
  for (int i = 0; i < 50; ++i) {
    event.user = {i + 1};
    for (std::size_t file = 0; file < event.files.size(); ++file) event.files[file] = file;
    journal_->append(event);
  }
  EXPECT_EQ(3, fold_all());
  EXPECT_EQ(50, downloads());
  EXPECT_EQ(50'000, number("SELECT files FROM repository_day"));
}

TEST_F(ConsumerTest, GoesOnAfterARestart) {
  for (int run = 0; run < 4; ++run) {
    append(run * 100, run * 100 + 50);
    fold_all();
    append(run * 100 + 50, run * 100 + 100);  // left to the next run
    open_journal();
  }
  fold_all();
  EXPECT_EQ(400, downloads());
}

TEST_F(ConsumerTest, LosesNothingWhileTheDatabaseFails) {
  append(0, 10);
  ASSERT_TRUE(execute("ALTER TABLE repository_day RENAME TO away"));
  EXPECT_FALSE(consumer_->step());
  append(10, 20);
  EXPECT_FALSE(consumer_->step());
  EXPECT_EQ(0, downloads());
  ASSERT_TRUE(execute("ALTER TABLE away RENAME TO repository_day"));
  fold_all();
  EXPECT_EQ(20, downloads());
}

TEST_F(ConsumerTest, FoldsAgainWhatWasTakenBack) {
  append(0, 10);
  fold_all();
  // As if the database were restored from before.
  ASSERT_TRUE(execute("DELETE FROM download_session; DELETE FROM session_file; "
                      "DELETE FROM repository_day; DELETE FROM journal_position; "
                      "UPDATE repository SET downloads = 0"));
  append(10, 11);
  const auto refused = consumer_->step();
  ASSERT_FALSE(refused);
  EXPECT_EQ(Code::conflict, refused.error().code);
  fold_all();
  EXPECT_EQ(11, downloads());
}

TEST_F(ConsumerTest, SegmentsStayUntilTheyAreLogged) {
  append(0, 2000);
  fold_all();
  const auto first = directory_.path() / "events" / segment_name(1);
  open_journal();
  fold_all();
  EXPECT_TRUE(os::exists(first));
  ASSERT_TRUE(execute("UPDATE journal_position SET logged = 8589934592"));  // the second one
  open_journal();
  fold_all();
  EXPECT_FALSE(os::exists(first));
  EXPECT_TRUE(os::exists(directory_.path() / "events" / segment_name(2)));
}

TEST_F(ConsumerTest, AJournalWithoutItsSegmentsIsNoticed) {
  append(0, 2000);
  fold_all();
  consumer_.reset();
  journal_.reset();
  for (const auto& entry : os::list(directory_.path() / "events").value()) {
    if (entry.name != "node")
      ASSERT_TRUE(os::remove_file(directory_.path() / "events" / entry.name));
  }
  open_journal();
  append(2000, 2001);
  EXPECT_FALSE(consumer_->step()) << "what it appends would never be counted";
  ASSERT_TRUE(os::remove_file(directory_.path() / "events/node"));
  open_journal();
  append(2001, 2002);
  fold_all();
  EXPECT_EQ(2002, downloads());
}

// Killed anywhere, every event counts once.
TEST_F(ConsumerTest, CountsOnceHoweverOftenItIsKilled) {
  auto* const acknowledged = static_cast<std::atomic<std::int64_t>*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  consumer_.reset();
  journal_.reset();
  database_.reset();  // its writer is a thread
  for (int round = 0; round < 8; ++round) {
    const auto child = fork();
    if (child == 0) {
      open_database();
      open_journal();
      while (true) {
        for (int i = 0; i < 20; ++i) {
          journal_->append(download(*acknowledged));
          ++*acknowledged;
        }
        if (!consumer_->step()) _exit(1);
      }
    }
    const auto before = acknowledged->load();
    while (*acknowledged < before + 75 + 31 * round) std::this_thread::yield();
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    // What was appended and not acknowledged is appended again by the next: the same session.
  }
  open_database();
  open_journal();
  fold_all();
  const auto count = acknowledged->load();
  EXPECT_GE(downloads(), count);
  EXPECT_LE(downloads(), count + 1);
  EXPECT_EQ(downloads(), number("SELECT COUNT(*) FROM download_session WHERE policy = 0"));
  EXPECT_GE(number("SELECT requests FROM repository_day"), count);
  EXPECT_LE(number("SELECT requests FROM repository_day"), count + 8);
  munmap(acknowledged, 4096);
}

}  // namespace
}  // namespace kohaku::stats
