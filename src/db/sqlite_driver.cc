#include "db/sqlite_driver.h"

#include <sqlite3.h>

#include <mutex>

#include "db/connection.h"
#include "db/sqlite_error.h"
#include "db/sqlite_statement.h"
#include "os/files.h"

namespace kohaku::db {
namespace {

constexpr int busy_milliseconds = 5000;

// Pages come from the system's cache by read(), not by mmap: an I/O error is then an error, not a
// signal, and what is mapped does not count as this process's memory.
constexpr const char* set_up_all = R"(
  PRAGMA foreign_keys = ON;
  PRAGMA synchronous = FULL;
  PRAGMA temp_store = MEMORY;
  PRAGMA mmap_size = 0;
  PRAGMA trusted_schema = OFF;
)";
constexpr const char* set_up_reader = "PRAGMA cache_size = -2000; PRAGMA query_only = ON;";
constexpr const char* set_up_writer = R"(
  PRAGMA cache_size = -8000;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = 67108864;
)";

// Once, before anything else of SQLite: its memory statistics take one lock for all threads.
void configure_sqlite() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

// The file with our mode (SQLite gives its companions the same), and its name on disk.
Result<> make_file(const std::string& path) {
  if (os::exists(path)) return {};
  auto made = os::create_new(path);
  if (!made && made.error().code != Code::conflict) return std::unexpected(made.error());
  const auto directory = os::Path(path).parent_path();
  return os::sync_directory(directory.empty() ? "." : directory);
}

}  // namespace

void SqliteDriver::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<std::unique_ptr<SqliteDriver>> SqliteDriver::open(const std::string& path, SqliteUse use) {
  configure_sqlite();
  if (use == SqliteUse::writing) TRY(make_file(path));
  const int access = use == SqliteUse::reading ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* handle = nullptr;
  // Each connection is used by one thread at a time: no lock of its own.
  const int result = sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteDriver> driver(new SqliteDriver(handle));
  if (handle == nullptr) return fail_internal("no memory to open " + path);
  if (result != SQLITE_OK) return std::unexpected(sqlite_error(handle, result, "open " + path));
  TRY(driver->set_up(use));
  return driver;
}

Result<> SqliteDriver::set_up(SqliteUse use) {
  sqlite3_extended_result_codes(handle(), 1);
  sqlite3_busy_timeout(handle(), busy_milliseconds);
  // "x" is a name and never a text, as in PostgreSQL.
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY(script(set_up_all));
  if (use == SqliteUse::reading) return script(set_up_reader);
  TRY(script(set_up_writer));
  if (use == SqliteUse::checkpointing) return {};
  auto mode = TRY(prepare("PRAGMA journal_mode = WAL"));
  if (!TRY(mode->step()) || mode->read_text(0) != "wal") {
    return fail_internal("the file system of the database does not support WAL");
  }
  return {};
}

Result<std::unique_ptr<PreparedStatement>> SqliteDriver::prepare(std::string_view sql) {
  return SqliteStatement::prepare(handle(), sql);
}

Result<> SqliteDriver::script(std::string_view sql) {
  const std::string text(sql);
  const int result = sqlite3_exec(handle(), text.c_str(), nullptr, nullptr, nullptr);
  if (result == SQLITE_OK) return {};
  // A script may be a whole migration: its beginning tells which.
  return std::unexpected(sqlite_error(handle(), result, sql.substr(0, 200)));
}

std::int64_t SqliteDriver::last_insert_id() const { return sqlite3_last_insert_rowid(handle()); }

bool SqliteDriver::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

Result<std::unique_ptr<Connection>> Connection::open_sqlite(const std::string& path,
                                                            bool read_only) {
  const auto use = read_only ? SqliteUse::reading : SqliteUse::writing;
  return std::make_unique<Connection>(TRY(SqliteDriver::open(path, use)));
}

}  // namespace kohaku::db
