// The global question of deduplication: is this chunk here?
//
//   GET {cas}/v1/chunks/{prefix}/{hash}    a shard that lists where; 404 when it is not
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/xet_access.h"

namespace kohaku::api {

Task<Result<http::Reply>> query_chunk(hub::XetReader reader, Call& call);

}  // namespace kohaku::api
