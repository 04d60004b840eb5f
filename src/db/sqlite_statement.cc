#include "db/sqlite_statement.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

#include "db/sqlite_error.h"

namespace kohaku::db {
namespace {

// SQLite takes a null pointer for NULL, even with length 0.
const char* never_null(const char* data) { return data != nullptr ? data : ""; }

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n;") == text.npos; }

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<std::unique_ptr<PreparedStatement>> SqliteStatement::prepare(sqlite3* handle,
                                                                    std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int result = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  if (result != SQLITE_OK) return std::unexpected(sqlite_error(handle, result, sql));
  std::unique_ptr<PreparedStatement> prepared(new SqliteStatement(handle, statement));
  if (statement == nullptr || !is_blank({rest, sql.data() + sql.size()})) {
    return fail_internal(fmt::format("not exactly one statement: {}", sql));
  }
  return prepared;
}

Result<> SqliteStatement::check(int result) {
  if (result == SQLITE_OK) return {};
  return std::unexpected(sqlite_error(handle_, result, text));
}

Result<> SqliteStatement::bind_integer(int index, std::int64_t value) {
  return check(sqlite3_bind_int64(statement_.get(), index, value));
}

Result<> SqliteStatement::bind_double(int index, double value) {
  return check(sqlite3_bind_double(statement_.get(), index, value));
}

Result<> SqliteStatement::bind_text(int index, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  return check(sqlite3_bind_text64(statement_.get(), index, data, value.size(), SQLITE_TRANSIENT,
                                   SQLITE_UTF8));
}

Result<> SqliteStatement::bind_blob(int index, Bytes value) {
  const auto* data = never_null(reinterpret_cast<const char*>(value.data()));
  return check(sqlite3_bind_blob64(statement_.get(), index, data, value.size(), SQLITE_TRANSIENT));
}

Result<> SqliteStatement::bind_null(int index) {
  return check(sqlite3_bind_null(statement_.get(), index));
}

Result<bool> SqliteStatement::step() {
  if (ended_) return false;
  errno = 0;
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  ended_ = true;
  if (result == SQLITE_DONE) return false;
  return std::unexpected(sqlite_error(handle_, result, text));
}

std::int64_t SqliteStatement::changes() const {
  return sqlite3_stmt_readonly(statement_.get()) != 0 ? 0 : sqlite3_changes64(handle_);
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  ended_ = false;
}

std::int64_t SqliteStatement::read_integer(int column) {
  return sqlite3_column_int64(statement_.get(), column);
}

double SqliteStatement::read_double(int column) {
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view SqliteStatement::read_text(int column) {
  // The text first: asking for it may convert the value and so change its length.
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {never_null(data), static_cast<std::size_t>(size)};
}

Bytes SqliteStatement::read_blob(int column) {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {data, static_cast<std::size_t>(size)};
}

bool SqliteStatement::is_null(int column) {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

}  // namespace kohaku::db
