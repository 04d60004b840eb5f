// Branches.
//
//   POST   /api/{type}s/{repo}/branch/{branch}   {startingPoint?, emptyBranch?, overwrite?}
//   POST   /api/{type}s/{repo}/branch            {branch, revision?}; also without /api
//   DELETE /api/{type}s/{repo}/branch/{branch}   also without /api
//
// 409 `Reference refs/heads/… already exists`; 400 `Cannot delete refs/heads/main`; 400
// `Invalid rev id: …` for deleting what is no branch.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

// The body may be missing.
Task<Result<http::Reply>> create_branch(hub::WritableRepo repo, Call& call);
Task<Result<http::Reply>> create_named_branch(hub::WritableRepo repo, Call& call);
Task<Result<http::Reply>> delete_branch(hub::WritableRepo repo, Call& call);

}  // namespace kohaku::api
