// A walk over all repositories, for work that goes from one to the next.
#pragma once

#include <functional>

#include "base/ids.h"
#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// By their ids, those that are made meanwhile included; ends with the first failure of `visit`. No
// transaction stays open while it runs.
Result<> for_every_repository(Hub& hub, const std::function<Result<>(RepoId)>& visit);

}  // namespace kohaku::hub
