// Where the links of a download batch lead.
//
//   GET, HEAD /api/lfs/objects/{repository id}/{oid}?user=&expires=&signature=
//
// The link is its own proof; whether its user may still read is asked anew each time. Range,
// If-None-Match and If-Range hold.
#pragma once

#include "api/call.h"
#include "base/task.h"

namespace kohaku::api {

Task<Result<http::Reply>> get_lfs_object(hub::Anyone anyone, Call& call);

}  // namespace kohaku::api
