// What a killed server left in the staging area.
#pragma once

#include "base/date.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::store {

// Removes files nobody has written to for a day, and uploads in parts after eight days (their links
// live seven). By age only, so that nothing in use is taken.
Result<> remove_stale_staging(const os::Path& staging, Micros now);

}  // namespace kohaku::store
