// Putting a branch back to an older state.
//
//   POST /api/{type}s/{repo}/branch/{branch}/reset   {ref, message?, force?}; also without /api
//
// {"success","message","commit_id"}: a new commit with the files of `ref`. With `force` the branch
// itself is moved to `ref`, unless it is the default branch, which keeps its history.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> reset_branch(hub::WritableRepo repo, Call& call);

}  // namespace kohaku::api
