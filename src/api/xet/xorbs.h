// Xorbs on their way in.
//
//   POST {cas}/v1/xorbs/{prefix}/{hash}          the serialized xorb
#pragma once

#include "api/call.h"
#include "api/json.h"
#include "base/task.h"
#include "hub/xet_access.h"

namespace kohaku::api {

struct XorbReply {
  bool was_inserted = false;
};
BOOST_DESCRIBE_STRUCT(XorbReply, (), (was_inserted))

Task<Result<XorbReply>> put_xorb(hub::XetWriter writer, Call& call);

}  // namespace kohaku::api
