// The way into the Xet protocol: a token and the address to use it at.
//
//   GET /api/{type}s/{repo}/xet-read-token/{rev}
//   GET /api/{type}s/{repo}/xet-write-token/{rev}[?create_pr=1]
//
// Python reads the headers for downloads and the body for everything else; JavaScript the body. Who
// may not write still gets a write token for a pull request.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> xet_read_token(hub::ReadableContent repo, Call& call);
Task<Result<http::Reply>> xet_write_token(hub::ReadableContent repo, hub::SignedInWriter writer,
                                          Call& call);

}  // namespace kohaku::api
