// What SQLite's result codes mean in our vocabulary of failures.
#pragma once

#include <string_view>

#include "base/result.h"

struct sqlite3;

namespace kohaku::db {

// `result` is what the last call on `handle` returned; `sql` what it was about. To be made at once,
// while errno is still of that call.
Error sqlite_error(sqlite3* handle, int result, std::string_view sql);

// Whether the call that returned `result`, and made `error` of it, failed because fsync did, for
// another reason than a full disk: what the system was given to write may be lost, and no later
// fsync would say so.
bool is_failed_sync(int result, const Error& error);

}  // namespace kohaku::db
