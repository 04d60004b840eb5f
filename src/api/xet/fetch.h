// Bytes of xorbs, by the links that a reconstruction hands out.
//
//   GET /xet/fetch/{hash}?bytes=&repository=&user=&expires=&signature=
//
// A Range counts in the xorb, and must lie inside the bytes that the link names; without one the
// answer is all of these.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> fetch_xorb(hub::Anyone, Call& call);

}  // namespace kohaku::api
