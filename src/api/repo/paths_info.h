// What stands at given paths.
//
//   POST /api/{type}s/{repo}/paths-info/{rev}   {"paths":[…],"expand":bool} as JSON or as a form
//
// Missing paths are left out of the answer; folders are in it. At most 1,000 paths.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> paths_info(hub::ReadableRepo readable, Call& call);

}  // namespace kohaku::api
