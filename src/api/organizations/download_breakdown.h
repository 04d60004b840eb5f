// Every day with a download of every model and dataset of a namespace, to its admins.
//
//   GET /organizations/{org}/settings/publisher-analytics/download-breakdown
//       ?format=csv      repoType,repoName,total,timestamp,downloads (RFC 4180); the default
//       ?format=json     NDJSON: one such row a line, as an object
//       ?format=parquet  the same columns, where the hub has DuckDB (docs/access-logs.md)
//       &policy= &ci= &bots=  how downloads are counted (api/counting.h)
//
// also below /api. Models before datasets, by name, each by day. `total` is what the repository was
// downloaded ever; timestamps are the beginning of the day, UTC. Streamed.
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

Task<Result<http::Reply>> download_breakdown(hub::NamespaceAnalyst analyst, Call& call);

}  // namespace kohaku::api
