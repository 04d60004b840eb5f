// Taking back what a commit changed.
//
//   POST /api/{type}s/{repo}/branch/{branch}/revert   also without /api
//        {ref, parent_number? (1), message?, allow_empty?, force?}
//
// {"success","message","new_commit_id"}. 409 with `conflicts` when later commits changed the same
// places. `force` is accepted; it has nothing to overrule, since no branch here is read-only.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> revert_commit(hub::WritableRepo repo, Call& call);

}  // namespace kohaku::api
