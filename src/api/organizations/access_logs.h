// The request-level log of a namespace (docs/access-logs.md), for its admins.
//
//   GET  /organizations/{org}/settings/publisher-analytics/access-logs
//        ?from=&to=&format=csv|ndjson|parquet
//        RFC 3339 times, `to` exclusive; the last 30 days and CSV without them
//   POST /organizations/{org}/settings/publisher-analytics/access-logs/rotate-key
//        from now on hashes are made with another key
#pragma once

#include <string>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct LogKeyRotated {
  bool success = true;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(LogKeyRotated, (), (success, message))

// 400 for a time, an order or a format that cannot be; 429 while other logs are exported; 501 on a hub
// that keeps no logs.
Task<Result<http::Reply>> access_logs(hub::NamespaceAnalyst analyst, Call& call);
Result<LogKeyRotated> rotate_access_log_key(const hub::SignedInWriter& writer,
                                            const hub::NamespaceAnalyst& analyst, Call& call);

}  // namespace kohaku::api
