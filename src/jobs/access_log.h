// Writes the request-level log (hub/access_log.h): every minute, or as soon as there is a whole segment.
#pragma once

#include "base/task.h"
#include "hub/hub.h"

namespace kohaku::jobs {

// Never ends by itself; ends when the server drains. `hub` must outlive it. What fails is logged and tried
// again at the next turn.
Task<void> write_access_log(hub::Hub& hub);

}  // namespace kohaku::jobs
