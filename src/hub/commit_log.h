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
};

struct LogPage {
  std::vector<git::LoggedCommit> commits;
  std::uint64_t total = 0;  // commits of the whole history, whatever the page
  std::string next_cursor;  // "" on the last page
};

// Later pages go on from the commit the first one began with, even when the branch has moved.
// bad_request for a bad cursor. Blocks on git.
Result<LogPage> list_commits(Hub& hub, const Repo& repo, const Revision& revision,
                             const LogQuery& query);

}  // namespace kohaku::hub
