// The large objects that a repository holds and its commits name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/result.h"
#include "hub/hub.h"
#include "hub/repo.h"

namespace kohaku::hub {

struct LargeFile {
  std::int64_t version = 0;  // row of the newest version
  Sha256 sha256;
  std::string path;  // where the newest commit that names it has it
  std::uint64_t size = 0;
  Micros committed_at;
  std::optional<std::string> ref;  // the default branch, when its head has the object at this path
};

struct LargeFilePage {
  std::vector<LargeFile> files;
  std::string next_cursor;  // "" on the last page
};

// Each object once, newest first. bad_request for a bad cursor.
// Blocks on the database and git.
Result<LargeFilePage> list_large_files(Hub& hub, const Repo& repo, std::size_t limit,
                                       std::string_view cursor);

}  // namespace kohaku::hub
