// One commit instead of a history.
//
//   POST /api/{type}s/{repo}/super-squash/{branch}   {message?}
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> super_squash(hub::WritableRepo repo, Call& call);

}  // namespace kohaku::api
