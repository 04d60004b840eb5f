// The one writer of a SQLite database: jobs queue up while it commits, and the next commit takes all
// of them, so that many writes share one fsync.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "db/connection.h"
#include "db/sqlite_driver.h"

namespace kohaku::db {

struct WriteJob {
  // May run more than once; a failure rolls back its own savepoint.
  std::function<Result<>(Connection&)> work;
  // Gets the outcome when it is durable, on the writer's thread: must not block or throw.
  std::move_only_function<void(Result<>)> done;
  Result<> answer;
};

// Since the start. Written by the writer's thread, read by any.
struct WriterCounts {
  std::atomic<std::uint64_t> queued = 0;       // not answered yet
  std::atomic<std::uint64_t> jobs = 0;         // answered, in whatever way
  std::atomic<std::uint64_t> committed = 0;    // groups
  std::atomic<std::uint64_t> failed = 0;       // groups whose commit failed
  std::atomic<std::int64_t> micros = 0;        // in COMMIT, which syncs
  std::atomic<int> pages_in_log = 0;           // of the last commit
  std::atomic<std::int64_t> checkpointed = 0;  // when it last copied all of the log; 0: not yet
};

class SqliteWriter {
 public:
  // `driver` is the connection's. `generation` grows after each commit, before its answers, and
  // must outlive the writer.
  SqliteWriter(std::string path, std::unique_ptr<Connection> connection, SqliteDriver* driver,
               std::atomic<std::uint64_t>& generation, std::function<void(int)> log_has_pages);
  ~SqliteWriter();  // finishes, empties the write-ahead log and closes the connection
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  // From any thread. A job cannot wait for another job.
  void push(WriteJob job);
  // Does what is queued and ends the thread; nothing may be pushed afterwards.
  void finish();
  const WriterCounts& counts() const { return counts_; }
  bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  using Group = std::vector<WriteJob*>;
  enum class Outcome { settled, lost, not_committed };
  struct Attempt {
    Outcome outcome;
    std::size_t culprit = 0;  // of a lost transaction
  };

  void serve();
  void answer(WriteJob& job);
  void settle(Group group);
  Attempt attempt(const Group& group);
  Result<> run_in_savepoint(const WriteJob& job);
  Outcome commit(const Group& group);
  static int after_commit(void* writer, sqlite3* handle, const char* database, int pages);

  std::string path_;
  std::unique_ptr<Connection> own_;
  Connection& connection_;
  SqliteDriver* driver_;
  std::atomic<std::uint64_t>& generation_;
  std::function<void(int)> log_has_pages_;
  WriterCounts counts_;
  bool sync_failed_ = false;

  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<WriteJob> queue_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses all above
};

}  // namespace kohaku::db
