// Taking back what one commit changed.
#pragma once

#include <cstdint>
#include <string>

#include "hub/branch_head.h"

namespace kohaku::hub {

struct WantedRevert {
  std::string branch;
  std::string revision;            // the commit to take back
  std::int64_t parent_number = 1;  // of a merge: the parent whose state counts as before, from 1
  std::string message;             // "": git's own words
  bool allow_empty = false;        // a commit even when nothing is left to take back
};

// A new commit upon the branch; later changes stay, and where they touch what is taken back the paths
// are named in the answer and nothing is written. revision_not_found for branch or commit; bad_request
// for a parent that is not there and for a revert that changes nothing. Durable when it answers.
Task<Result<BranchChange>> revert(Hub& hub, WritableRepo repo, WantedRevert wanted);

}  // namespace kohaku::hub
