// Removing large files from a repository for good.
#pragma once

#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

// The repository holds these objects no more: they leave its list and its use of storage, and
// reading them is entry_not_found. The collector takes the bytes once no other repository links
// them. With `rewrite_history` every branch, tag and other ref is moved to a history whose commits do
// not name them; without it the pointers stay. One transaction: all of it or nothing. An object that
// the repository does not hold is none to remove; pointers to it go all the same. conflict when a ref
// moved meanwhile. What only the old history names is pruned later (decision 36).
Task<Result<>> remove_large_files(Hub& hub, WritableRepo repo, std::vector<Sha256> objects,
                                  bool rewrite_history);

}  // namespace kohaku::hub
