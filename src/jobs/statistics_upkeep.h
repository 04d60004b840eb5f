// Looks every second whether a new day has begun for trending, and whether a repository left its namespace;
// every hour for sessions to forget (hub/statistics_upkeep.h).
#pragma once

#include "base/task.h"
#include "hub/hub.h"

namespace kohaku::jobs {

// Never ends by itself; ends when the server drains. `hub` must outlive it. What fails is logged, and tried
// again at the next turn.
Task<void> keep_statistics(hub::Hub& hub);

}  // namespace kohaku::jobs
