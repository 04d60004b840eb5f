// What happens to statistics besides events: trending rolls over at midnight, sessions that no event can
// belong to any more are forgotten, and the downloaders of a namespace follow its repositories.
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

// Those that repositories left behind, or brought along, in steps.
Task<Result<>> rebuild_stale_sketches(Hub& hub);

}  // namespace kohaku::hub
