// The history of a revision, newest first, in pages.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/history.h"
#include "hub/hub.h"
#include "hub/repo.h"
#include "hub/revisions.h"

namespace kohaku::hub {

struct LogQuery {
  std::size_t limit = 50;
  std::size_t page = 0;  // pages to leave out, counted from 0
  std::string after;     // a commit id: only what lies behind it
  std::string cursor;    // of the page before; wins over `page` and `after`
  std::string path;      // only what changed this file or folder; "" is everything
};

struct LogPage {
  std::vector<git::LoggedCommit> commits;
  std::optional<std::uint64_t> total;  // commits of the whole history; not known of a path
  std::string next_cursor;             // "" on the last page
  bool complete = true;  // false: older commits of the path were not looked for any more
};

// Later pages go on from the commit the first one began with, even when the branch has moved.
// bad_request for a bad cursor; entry_not_found for a path that no commit of the history has. Of a path
// the latest 50,000 commits are looked at. Blocks on git.
Result<LogPage> list_commits(Hub& hub, const Repo& repo, const Revision& revision,
                             const LogQuery& query);

}  // namespace kohaku::hub
