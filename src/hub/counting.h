// What the counting of this hub depends on: its key, its database of places, its window.
#pragma once

#include "base/result.h"
#include "hub/hub.h"
#include "stats/fold.h"

namespace kohaku::hub {

// Opens the database of places. bad_request when it is none.
Result<stats::CountingRules> counting_rules(const Hub& hub);

}  // namespace kohaku::hub
