#include "db/database.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <optional>
#include <system_error>
#include <utility>

#include "db/migrate.h"
#include "db/sqlite_checkpointer.h"
#include "db/sqlite_log_space.h"
#include "db/sqlite_readers.h"
#include "db/sqlite_writer.h"
#include "os/clock.h"
#include "os/suspend.h"

namespace kohaku::db {

struct Database::State {
  std::string path;
  Micros opened;
  std::optional<SqliteReaders> readers;
  std::unique_ptr<SqliteWriter> writer;
  std::unique_ptr<SqliteCheckpointer> checkpointer;
};

void GiveBack::operator()(Connection* connection) const {
  static_cast<SqliteReaders*>(pool)->give_back(connection);
}

Database::Database() : state_(std::make_unique<State>()) {}

Database::~Database() {
  // The writer's connection closes last, so that nobody holds back its emptying of the log.
  if (state_->writer) state_->writer->finish();
  state_->checkpointer.reset();
  state_->readers.reset();
  state_->writer.reset();
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  return open(path, embedded_migrations());
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path,
                                                 std::span<const Migration> migrations) {
  auto opened = TRY(SqliteDriver::open(path, SqliteUse::writing));
  auto* driver = opened.get();
  auto connection = std::make_unique<Connection>(std::move(opened));
  TRY(migrate(*connection, migrations, os::SystemClock().now()));
  std::unique_ptr<Database> database(new Database());
  auto& state = *database->state_;
  state.path = path;
  state.opened = os::SystemClock().now();
  reserve_log_space(path);
  state.checkpointer = TRY(SqliteCheckpointer::open(path));
  state.writer = std::make_unique<SqliteWriter>(
      path, std::move(connection), driver, database->generation_,
      [checkpointer = state.checkpointer.get()](int pages) { checkpointer->log_has(pages); });
  state.readers.emplace(path);
  return database;
}

namespace {

// By its name: a file of SQLite that is opened and closed again loses this process's locks on it.
std::uint64_t bytes_of(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  return missing ? 0 : size;
}

}  // namespace

DatabaseHealth Database::health() const {
  const auto& counts = state_->writer->counts();
  DatabaseHealth health;
  health.file_bytes = bytes_of(state_->path);
  health.log_file_bytes = bytes_of(state_->path + "-wal");
  health.log_bytes = static_cast<std::uint64_t>(counts.pages_in_log) * sqlite_page_size;
  health.queued_writes = counts.queued;
  health.writes = counts.jobs;
  health.commits = counts.committed;
  health.failed_commits = counts.failed;
  health.commit_seconds = static_cast<double>(counts.micros) * 1e-6;
  health.last_checkpoint =
      std::max({state_->opened, state_->checkpointer->last(), Micros{counts.checkpointed}});
  return health;
}

Result<ReaderLease> Database::reader() {
  auto& readers = *state_->readers;
  return ReaderLease(TRY(readers.take()), GiveBack{&readers});
}

Task<Result<>> Database::write_erased(Job job) {
  Result<> answer;
  co_await os::suspend([&](os::Resume resume) {
    state_->writer->push({.work = std::move(job),
                          .done = [&answer, resume = std::move(resume)](Result<> outcome) mutable {
                            answer = std::move(outcome);
                            resume(nullptr);
                          }});
  });
  co_return answer;
}

Result<> Database::write_erased_now(Job job) {
  if (state_->writer->is_this_thread()) {
    return fail_internal("a write inside a write would wait for itself");
  }
  std::promise<Result<>> answer;
  auto coming = answer.get_future();
  state_->writer->push(
      {.work = std::move(job), .done = [answer = std::move(answer)](Result<> outcome) mutable {
         answer.set_value(std::move(outcome));
       }});
  return coming.get();
}

}  // namespace kohaku::db
