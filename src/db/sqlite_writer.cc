#include "db/sqlite_writer.h"

#include <sqlite3.h>

#include <chrono>
#include <exception>
#include <tuple>
#include <utility>

#include "db/sqlite_checkpointer.h"
#include "db/sqlite_error.h"
#include "os/clock.h"
#include "os/failed_sync.h"
#include "os/log.h"

namespace kohaku::db {
namespace {

// Longer groups would only make the first wait for the last: the fsync is shared well by then.
constexpr std::size_t most_in_group = 256;

// Written to without a pause, the log never comes to the point where it can start again from its
// beginning. Past this size commits wait for a checkpoint, in which nobody adds to the log.
constexpr int most_pages_in_log = (64 << 20) / sqlite_page_size;

Result<> call(const WriteJob& job, Connection& connection) {
  try {
    return job.work(connection);
  } catch (const std::exception& failure) {
    return fail_internal(std::string("a write job threw: ") + failure.what());
  } catch (...) {
    return fail_internal("a write job threw");
  }
}

Result<> run_fixed(Connection& connection, std::string_view sql) {
  TRY(connection.sql(sql).run());
  return {};
}

}  // namespace

SqliteWriter::SqliteWriter(std::string path, std::unique_ptr<Connection> connection,
                           SqliteDriver* driver, std::atomic<std::uint64_t>& generation,
                           std::function<void(int)> log_has_pages)
    : path_(std::move(path)),
      own_(std::move(connection)),
      connection_(*own_),
      driver_(driver),
      generation_(generation),
      log_has_pages_(std::move(log_has_pages)) {
  sqlite3_wal_hook(driver_->handle(), after_commit, this);
  thread_ = std::thread([this] { serve(); });
}

// SQLite calls it after each commit, with the size of the write-ahead log.
int SqliteWriter::after_commit(void* writer, sqlite3*, const char*, int pages) {
  auto* self = static_cast<SqliteWriter*>(writer);
  self->counts_.pages_in_log = pages;
  self->log_has_pages_(pages);
  return SQLITE_OK;
}

void SqliteWriter::finish() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  more_.notify_all();
  if (thread_.joinable()) thread_.join();
}

SqliteWriter::~SqliteWriter() {
  finish();
  const int result = sqlite3_wal_checkpoint_v2(driver_->handle(), "main",
                                               SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (result != SQLITE_OK) {
    const auto error = sqlite_error(driver_->handle(), result, "last checkpoint");
    os::log_warning("The last checkpoint of the database failed", {{"detail", error.detail}});
  }
}

void SqliteWriter::push(WriteJob job) {
  ++counts_.queued;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  more_.notify_one();
}

void SqliteWriter::serve() {
  std::vector<WriteJob> jobs;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::swap(jobs, queue_);
    }
    for (std::size_t start = 0; start < jobs.size(); start += most_in_group) {
      Group group;
      for (std::size_t i = start; i < std::min(jobs.size(), start + most_in_group); ++i) {
        group.push_back(&jobs[i]);
      }
      settle(group);
      for (auto* job : group) answer(*job);
      if (sync_failed_ && !os::sync_has_failed()) {
        os::end_after_failed_sync(path_, "the commit of a transaction");
      }
    }
    jobs.clear();
    if (counts_.pages_in_log > most_pages_in_log && checkpoint_now(*driver_, path_)) {
      counts_.checkpointed = os::SystemClock().now().value;
    }
  }
}

void SqliteWriter::answer(WriteJob& job) {
  // Before whoever waits for the answer can look.
  --counts_.queued;
  ++counts_.jobs;
  job.done(std::move(job.answer));
}

// Gives every job of the group its answer. A job that breaks the transaction of all is taken out,
// and the others start again: what they saw of it was never so.
void SqliteWriter::settle(Group group) {
  while (!group.empty()) {
    const auto [outcome, culprit] = attempt(group);
    if (outcome == Outcome::settled) return;
    if (outcome == Outcome::lost) {
      group.erase(group.begin() + static_cast<std::ptrdiff_t>(culprit));
      continue;
    }
    if (group.size() == 1 || sync_failed_) return;
    // Any of them may be the one too large for the disk, or break a deferred constraint.
    for (auto* job : group) attempt({job});
    return;
  }
}

SqliteWriter::Attempt SqliteWriter::attempt(const Group& group) {
  auto begun = sync_failed_ ? fail(Code::unavailable, "The server is ending, try again soon.")
                            : run_fixed(connection_, "BEGIN IMMEDIATE");
  if (!begun) {
    for (auto* job : group) job->answer = begun;
    return {Outcome::settled};
  }
  bool changed = false;
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto& answer = group[i]->answer = run_in_savepoint(*group[i]);
    if (!connection_.in_transaction()) {
      if (answer) answer = fail_internal("a write job ended the transaction of its group");
      return {Outcome::lost, i};
    }
    changed = changed || answer;
  }
  if (changed) return {commit(group)};
  if (auto ended = run_fixed(connection_, "ROLLBACK"); !ended) {
    os::log_error("A rollback failed", {{"detail", ended.error().detail}});
  }
  return {Outcome::settled};
}

Result<> SqliteWriter::run_in_savepoint(const WriteJob& job) {
  TRY(run_fixed(connection_, "SAVEPOINT job"));
  auto answer = call(job, connection_);
  if (answer) answer = run_fixed(connection_, "RELEASE job");
  if (answer || !connection_.in_transaction()) return answer;
  auto undone = run_fixed(connection_, "ROLLBACK TO job");
  if (undone) undone = run_fixed(connection_, "RELEASE job");
  if (!undone && connection_.in_transaction()) {
    // Half a job must not be committed with the others.
    os::log_error("A savepoint did not roll back", {{"detail", undone.error().detail}});
    std::ignore = run_fixed(connection_, "ROLLBACK");
  }
  return answer;
}

SqliteWriter::Outcome SqliteWriter::commit(const Group& group) {
  auto statement = connection_.sql("COMMIT");
  const auto began = std::chrono::steady_clock::now();
  const auto committed = statement.run();
  const auto took = std::chrono::steady_clock::now() - began;
  counts_.micros += std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  ++(committed ? counts_.committed : counts_.failed);
  if (committed) {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    return Outcome::settled;
  }
  sync_failed_ = is_failed_sync(sqlite3_extended_errcode(driver_->handle()), committed.error());
  os::log_error("A commit failed", {{"detail", committed.error().detail}});
  if (connection_.in_transaction()) std::ignore = run_fixed(connection_, "ROLLBACK");
  for (auto* job : group) {
    if (job->answer) job->answer = std::unexpected(committed.error());
  }
  return Outcome::not_committed;
}

}  // namespace kohaku::db
