// Merging a revision into a branch.
#pragma once

#include <string>

#include "git/tree_merge.h"
#include "hub/branch_head.h"

namespace kohaku::hub {

struct WantedMerge {
  std::string source;                         // any revision
  std::string into;                           // a branch
  std::string message;                        // "": one is made
  git::Favour favour = git::Favour::neither;  // ours is the branch, theirs the source
  bool squash = false;                        // one commit without the source's history behind it
  bool allow_empty = false;                   // a commit even when there is nothing to merge
  bool force = false;                         // also histories that have nothing in common
};

// A commit of two parents, also where the branch could simply move on. Nothing changes when the branch
// has the source already: its head is the answer. Conflicts are named in the answer, and nothing is
// written. revision_not_found for either end; conflict when the histories have nothing in common.
// Durable when it answers.
Task<Result<BranchChange>> merge(Hub& hub, WritableRepo repo, WantedMerge wanted);

}  // namespace kohaku::hub
