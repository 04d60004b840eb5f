// Replacing the history of a branch by one commit with the same files.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

// The new commit. revision_not_found for a missing branch; `message` may be empty. What only the old
// history names is pruned later (decision 36), other branches and tags keep theirs.
Task<Result<Sha1>> super_squash(Hub& hub, WritableRepo repo, std::string branch,
                                std::string message);

}  // namespace kohaku::hub
