#include "db/sqlite_error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

namespace kohaku::db {
namespace {

// SQLite says SQLITE_FULL for ENOSPC only, and an I/O error for the other two.
bool is_out_of_space(sqlite3* handle, int result) {
  const int primary = result & 0xFF;
  if (primary == SQLITE_FULL) return true;
  if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN) return false;
  const int number = sqlite3_system_errno(handle);
  return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

}  // namespace

Error sqlite_error(sqlite3* handle, int result, std::string_view sql) {
  auto detail = fmt::format("{} (SQLite {}, errno {}) in: {}", sqlite3_errmsg(handle), result,
                            sqlite3_system_errno(handle), sql);
  if (is_out_of_space(handle, result)) {
    return {Code::insufficient_storage, "The server's storage is full.", std::move(detail)};
  }
  switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {Code::conflict, "The change conflicts with what exists.", std::move(detail)};
    default: break;
  }
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
      return {Code::unavailable, "The database is busy, try again.", std::move(detail)};
    default: return internal_error(std::move(detail));
  }
}

bool is_failed_sync(sqlite3* handle, int result) {
  return (result == SQLITE_IOERR_FSYNC || result == SQLITE_IOERR_DIR_FSYNC) &&
         !is_out_of_space(handle, result);
}

}  // namespace kohaku::db
