// Calls that clients make for their own statistics. Nothing is kept of them; answering at once keeps
// every command of a client quick.
//
//   GET  /api/agent-harnesses          asked once a day when it is answered, else each time
//   HEAD /api/telemetry/{path...}
//   POST /v1/telemetry                 from hf_xet, at the origin's root
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> agent_harnesses(hub::Anyone anyone, Call& call);
Task<Result<http::Reply>> telemetry(hub::Anyone anyone, Call& call);

}  // namespace kohaku::api
