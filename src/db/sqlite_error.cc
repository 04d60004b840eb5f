#include "db/sqlite_error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

namespace kohaku::db {
namespace {

// SQLite says SQLITE_FULL for ENOSPC only, and an I/O error for the other two.
bool is_out_of_space(int result, int system_error) {
  const int primary = result & 0xFF;
  if (primary == SQLITE_FULL) return true;
  if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN) return false;
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

}  // namespace

Error sqlite_error(sqlite3* handle, int result, std::string_view sql) {
  // SQLite does not keep the errno of a failed COMMIT.
  const int here = errno;
  const int kept = sqlite3_system_errno(handle);
  const int system_error = kept != 0 ? kept : here;
  auto detail = fmt::format("{} (SQLite {}, errno {}) in: {}", sqlite3_errmsg(handle), result,
                            system_error, sql);
  if (is_out_of_space(result, system_error)) {
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

bool is_failed_sync(int result, const Error& error) {
  return (result == SQLITE_IOERR_FSYNC || result == SQLITE_IOERR_DIR_FSYNC) &&
         error.code != Code::insufficient_storage;
}

}  // namespace kohaku::db
