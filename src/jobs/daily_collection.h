// Once a day: collects large objects that nothing names (hub/lfs_gc.h), removes what interrupted commits
// and pushes left behind (hub/staging_sweep.h, hub/stray_packs.h), and tells the log what went.
#pragma once

#include "base/task.h"
#include "hub/hub.h"

namespace kohaku::jobs {

// Never ends by itself; ends when the server drains. `hub` must outlive it. A failed turn is logged,
// and the next one comes as usual.
Task<void> collect_daily(hub::Hub& hub);

}  // namespace kohaku::jobs
