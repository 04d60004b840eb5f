// What commits and pushes left in the staging areas of repositories when the server was killed.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// Older than this, nothing in a staging area is still at work.
inline constexpr std::int64_t longest_staging_seconds = std::int64_t{2} * 24 * 3600;

// Removes what is older, in every repository; how many things that were. Beside readers and writers.
// Blocks: one directory is listed for each repository.
Result<std::uint64_t> sweep_staging(Hub& hub);

}  // namespace kohaku::hub
