// Objects that arrived whole (by LFS, or before this hub spoke Xet) get their Xet identity.
#pragma once

#include "base/task.h"
#include "hub/hub.h"

namespace kohaku::jobs {

// Works until it is cancelled: one object after another, in steps, so that other work of the pool
// comes in between.
Task<void> identify_objects(hub::Hub& hub);

}  // namespace kohaku::jobs
