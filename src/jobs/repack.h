// Keeps repositories of many commits and pushes quick (hub/repack.h): looks every minute at those that
// got packs since, one after the other.
#pragma once

#include "base/task.h"
#include "hub/hub.h"

namespace kohaku::jobs {

// Never ends by itself; ends when the server drains. `hub` must outlive it. What fails is logged, and
// tried again when the repository gets its next pack.
Task<void> repack_repositories(hub::Hub& hub);

}  // namespace kohaku::jobs
