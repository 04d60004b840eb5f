// What lies below a casUrl and is not offered: always 404, never 405, which clients take for a failed
// upload (grants for uploading elsewhere are asked for before every xorb).
//
//   any method  /xet/{path...}
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> unknown_xet_path(hub::Anyone, Call& call);

}  // namespace kohaku::api
