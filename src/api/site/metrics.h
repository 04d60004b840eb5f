// What Prometheus scrapes (docs/metrics.md).
//
//   GET /metrics   for programs on this machine, and for who has KOHAKU_HUB_METRICS_TOKEN; 403 for others
#pragma once

#include <string_view>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

// Whether the request bears the token (unless that is empty), or comes from this machine: from a
// loopback address, to a loopback name, and through no proxy, whether or not it is trusted. A proxy on
// this machine that changes Host and tells nothing of itself cannot be known.
bool may_read_metrics(const http::Request& request, std::string_view token);

// Blocks on the disk a little: on the pool.
Result<http::Reply> metrics(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
