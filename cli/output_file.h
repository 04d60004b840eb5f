// A file that is there whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace kohaku::cli {

// Writes a new file beside `path`, syncs it and renames it over `path`, whose permissions and links are kept; a
// device or a pipe is written to as it is. insufficient_storage with a sentence when that failed: what was at
// `path` before is then still there.
Result<> write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace kohaku::cli
