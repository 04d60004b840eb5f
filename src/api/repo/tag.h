// Tags.
//
//   POST   /api/{type}s/{repo}/tag/{revision}   {tag, message?}
//   POST   /api/{type}s/{repo}/tag              {tag, revision?, message?}; also without /api
//   DELETE /api/{type}s/{repo}/tag/{tag}        also without /api
//
// 404 RevisionNotFound for a missing revision (before the name is looked at) and for deleting a
// missing tag; 409 for a taken name.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> create_tag(hub::WritableRepo repo, Call& call);
Task<Result<http::Reply>> delete_tag(hub::WritableRepo repo, Call& call);

}  // namespace kohaku::api
