// Putting a branch back to an older state.
#pragma once

#include <string>

#include "hub/branch_head.h"

namespace kohaku::hub {

struct WantedReset {
  std::string branch;
  std::string revision;  // whose files the branch gets
  std::string message;   // "": one is made
  // Move the branch itself to the revision, as `git reset` does: what came after is gone from it. The
  // default branch keeps its history all the same.
  bool force = false;
};

// Without force a new commit with the files of the revision. Nothing changes when the branch has them
// already. revision_not_found for either; bad_request when a large file of the old state is no longer
// kept. Durable when it answers.
Task<Result<BranchChange>> reset(Hub& hub, WritableRepo repo, WantedReset wanted);

}  // namespace kohaku::hub
