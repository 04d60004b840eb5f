// Keeps statistics up to date: five times a second makes the journal of events durable and folds what is
// new in it (stats/consumer.h).
#pragma once

#include "base/task.h"
#include "hub/hub.h"
#include "stats/fold.h"

namespace kohaku::jobs {

// Never ends by itself; ends when the server drains. `hub` must outlive it. What fails (a full disk, a
// database that is not there) is logged when it begins and when it is over; events wait meanwhile.
Task<void> fold_statistics(hub::Hub& hub, stats::CountingRules rules);

}  // namespace kohaku::jobs
