// A push: refs and a pack. What may come in is the business of hub/push.
//
//   POST /{repo}[.git]/git-receive-pack
//
// also below /models, /datasets, /spaces. For who may write. The answer is 200 with a report, whatever
// becomes of the refs; it is given when what it acknowledges is durable.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> git_receive_pack(hub::WritableRepo repo, Call& call);

}  // namespace kohaku::api
