// What time does to statistics: trending rolls over at midnight, and sessions that no event can belong to
// any more are forgotten.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "hub/hub.h"

namespace kohaku::hub {

// Until every score ends with today; in steps, so that other writes have their turn.
Task<Result<>> roll_trending(Hub& hub);

// Those that began more than Config::download_session_days ago. A request that took longer than that
// counts as a session of its own.
Task<Result<>> forget_old_sessions(Hub& hub);

}  // namespace kohaku::hub
