// Shards on their way in: what makes the files of an upload exist.
//
//   POST {cas}/v1/shards    {"result":1} when everything is verified and durable
//   POST {cas}/v2/shards    200 at once, then one JSON object a line while the server is at work; the
//                           last one is {"type":"result"} or {"type":"error",…}
//   POST {cas}/shards       as v1 (an older spelling)
#pragma once

#include <cstdint>

#include "api/call.h"
#include "api/json.h"
#include "base/task.h"
#include "hub/xet_access.h"

namespace kohaku::api {

struct ShardReply {
  std::int64_t result = 1;
};
BOOST_DESCRIBE_STRUCT(ShardReply, (), (result))

Task<Result<ShardReply>> put_shard(hub::XetWriter writer, Call& call);
Task<Result<http::Reply>> put_shard_telling(hub::XetWriter writer, Call& call);

}  // namespace kohaku::api
