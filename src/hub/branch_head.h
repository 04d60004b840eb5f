// Moving a branch to a commit that the hub itself makes: merge, revert, reset.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "git/tree_diff.h"
#include "hub/access.h"
#include "hub/commit_draft.h"
#include "hub/commit_publish.h"
#include "hub/hub.h"

namespace kohaku::hub {

// A commit upon the tip of a branch.
struct NewHead {
  BranchTip tip;
  Sha1 tree;                                 // in the pack or in the repository
  std::vector<git::ChangedEntry> changes;    // from the tip's tree to this one
  std::vector<Sha1> parents;                 // the tip is the first
  std::string message;                       // as commit_message() makes it
  std::optional<std::int64_t> commit_count;  // commits reachable from it, when known
};

// What is to become of a branch.
struct BranchChange {
  Sha1 head;                               // of the branch after it
  std::optional<Publication> publication;  // nothing when the branch stays where it is
  std::vector<std::string> conflicts;      // with any path here nothing is changed
};

// Writes the commit into `pack`, places it, and describes everything that publishing it writes. Blocks.
Result<BranchChange> build_head(Hub& hub, const WritableRepo& repo,
                                const git::Repository& repository, git::PackWriter& pack,
                                const NewHead& head);

// Runs `build` on the pool in the repository's turn and publishes what it gives; again from the start
// when another writer was quicker.
Task<Result<BranchChange>> change_branch(Hub& hub, WritableRepo repo,
                                         std::function<Result<BranchChange>()> build);

// A message the caller sent, or the one we have for it; bad_request for one that git would not take.
Result<std::string> choose_message(const std::string& wanted, const std::string& otherwise,
                                   const std::string& description);

// "main" of "refs/heads/main".
std::string_view branch_name(const BranchTip& tip);

}  // namespace kohaku::hub
