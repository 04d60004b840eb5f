// A file's bytes, on the address itself (decision 33).
//
//   GET, HEAD  /{repo}/resolve/{revision}/{path}          also below /models, /datasets, /spaces
//   GET, HEAD  /{repo}/raw/{revision}/{path}              the same, but git's own bytes: a pointer
//                                                         for a large file
// Headers: X-Repo-Commit, ETag (git's blob id, or the sha256 of a large file), X-Linked-Size and
// X-Linked-ETag for large files, Accept-Ranges. Range, If-None-Match, If-Match and If-Range hold.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> resolve_file(hub::ReadableContent repo, Call& call);
Task<Result<http::Reply>> raw_file(hub::ReadableContent repo, Call& call);

}  // namespace kohaku::api
