// The commits that changed one file or folder.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "git/history.h"

namespace kohaku::git {

struct PathLog {
  std::vector<LoggedCommit> commits;
  bool complete = true;  // false: the walk ended before the history did
};

// Commits reachable from `start` in which what stands at `path` differs from each of the parents,
// newest first, `skip` left out; of a merge that took one parent's version only that parent's history
// is followed, as `git log -- path` does. Looks at most at `most_walked` commits.
Result<PathLog> log_path(const Repository& repository, const Sha1& start, std::string_view path,
                         std::size_t skip, std::size_t limit, std::size_t most_walked);

}  // namespace kohaku::git
