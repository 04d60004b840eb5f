// The database as coroutines see it: reads run at once on this loop's own connection, writes go to
// the one writer, which commits them in groups.
//
//   auto repo = CO_TRY(co_await db.read([&](db::Connection& c) { return find_repo(c, name); }));
//   CO_TRY(co_await db.write([=](db::Connection& c) { return rename(c, id, name); }));
//
// A function given to write() may run more than once (the group is tried again without a job that
// broke it): it changes nothing but the database, and starts from its captures each time. Its
// failure rolls back its own savepoint only; its answer is given after the commit is durable. It
// must not write() in turn, and a read() inside it sees what is committed, not what it has done.
//
// A function given to read() sees one moment, not earlier than the call: several queries agree. A
// read inside a read is a read of its own, of a later moment.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "base/date.h"
#include "base/result.h"
#include "base/task.h"
#include "db/connection.h"
#include "db/migrations.h"

namespace kohaku::db {

// A reader connection, given back to its pool when this ends. Dereferences to the Connection.
struct GiveBack {
  void* pool = nullptr;
  void operator()(Connection* connection) const;
};
using ReaderLease = std::unique_ptr<Connection, GiveBack>;

// How the database fares; counted since it was opened.
struct DatabaseHealth {
  std::uint64_t file_bytes = 0;
  std::uint64_t log_file_bytes = 0;  // of the write-ahead log, whose file does not shrink
  std::uint64_t log_bytes = 0;       // of that: in use
  std::uint64_t queued_writes = 0;   // not answered yet
  std::uint64_t writes = 0;          // answered, also those a rule refused
  std::uint64_t commits = 0;         // transactions, each of a group of writes
  std::uint64_t failed_commits = 0;
  double commit_seconds = 0;  // in COMMIT, which syncs; all of them together
  Micros last_checkpoint;     // when all of the log was last copied into the file, or the opening
};

class Database {
 public:
  // Opens or creates the SQLite file, runs the migrations that are missing, starts the writer.
  // Code::conflict with a sentence for the operator when the file was written by a newer version.
  static Result<std::unique_ptr<Database>> open(const std::string& path);
  static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                std::span<const Migration> migrations);
  ~Database();  // finishes the queued writes; no read may be under way
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Function: Result<T>(Connection&). Sees the last committed state.
  template <class Function>
  auto read(Function function) -> Task<std::invoke_result_t<Function&, Connection&>> {
    co_return read_now(std::move(function));
  }

  // The same without a coroutine, for hot paths, pool threads and the command line.
  template <class Function>
  auto read_now(Function&& function) -> std::invoke_result_t<Function&, Connection&> {
    auto lease = reader();
    if (!lease) return std::unexpected(std::move(lease).error());
    return function(**lease);
  }

  template <class Function>
  auto write(Function function) -> Task<std::invoke_result_t<Function&, Connection&>> {
    using R = std::invoke_result_t<Function&, Connection&>;
    std::optional<R> answer;
    auto committed = co_await write_erased([&](Connection& connection) -> Result<> {
      answer.emplace(function(connection));
      if (!*answer) return std::unexpected(answer->error());
      return {};
    });
    if (!committed && answer && *answer) co_return std::unexpected(std::move(committed).error());
    if (!answer) co_return std::unexpected(std::move(committed).error());
    co_return std::move(*answer);
  }

  // Blocks until durable; for pool threads and the command line, never on an event loop.
  template <class Function>
  auto write_now(Function function) -> std::invoke_result_t<Function&, Connection&> {
    using R = std::invoke_result_t<Function&, Connection&>;
    std::optional<R> answer;
    auto committed = write_erased_now([&](Connection& connection) -> Result<> {
      answer.emplace(function(connection));
      if (!*answer) return std::unexpected(answer->error());
      return {};
    });
    if (!committed && (!answer || *answer)) return std::unexpected(std::move(committed).error());
    return std::move(*answer);
  }

  DatabaseHealth health() const;

  // Grows with every committed group, before its answers are given: what was read at a generation
  // is still true while the generation is the same.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  Database();
  using Job = std::function<Result<>(Connection&)>;
  Result<ReaderLease> reader();
  Task<Result<>> write_erased(Job job);
  Result<> write_erased_now(Job job);

  struct State;
  std::unique_ptr<State> state_;
  std::atomic<std::uint64_t> generation_{1};
};

}  // namespace kohaku::db
