// Making and removing branches.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct NewBranch {
  std::string name;
  std::string starting_point;  // any revision; "" is the default branch
  bool empty = false;          // with a history of its own and no files
  bool overwrite = false;      // an existing branch is moved there
};

// revision_not_found for the starting point, bad_request for the name, conflict
// `Reference refs/heads/… already exists`. Durable when it answers.
Task<Result<>> create_branch(Hub& hub, WritableRepo repo, NewBranch wanted);

// bad_request `Cannot delete refs/heads/…` for the default branch, invalid_revision for a missing one.
Task<Result<>> delete_branch(Hub& hub, WritableRepo repo, std::string name);

}  // namespace kohaku::hub
