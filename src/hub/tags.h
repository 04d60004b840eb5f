// Making and removing tags.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct NewTag {
  std::string name;
  std::string revision;  // any revision; "" is the default branch
  std::string message;   // with one the tag is an object of its own, as `git tag -a` makes it
};

// revision_not_found first, then bad_request for the name, conflict `Reference refs/tags/… already
// exists`. Durable when it answers.
Task<Result<>> create_tag(Hub& hub, WritableRepo repo, NewTag wanted);

// revision_not_found for a missing one.
Task<Result<>> delete_tag(Hub& hub, WritableRepo repo, std::string name);

}  // namespace kohaku::hub
