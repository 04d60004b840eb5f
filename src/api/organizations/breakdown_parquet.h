// A download breakdown as Parquet: its CSV is spooled below the data directory and turned by DuckDB, in a
// child, while the answer is sent.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/analytics_scope.h"
#include "hub/hub.h"

namespace kohaku::api {

// `next` gives the CSV, header first, piece by piece, "" at its end; it may block. Columns as in the CSV,
// `timestamp` as a TIMESTAMP in UTC. not_implemented without DuckDB, too_many_requests while others export.
Task<Result<http::Body>> breakdown_as_parquet(hub::Hub& hub, const hub::AnalyticsScope& scope,
                                              std::function<Result<std::string>()> next);

}  // namespace kohaku::api
