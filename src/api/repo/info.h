// What a repository is.
//
//   GET /api/{type}s/{repo}                       at the head of its default branch
//   GET /api/{type}s/{repo}/revision/{path...}    at a revision
//
// Query: expand (repeated: only `id`, `_id` and these fields), blobs (siblings with size, blobId, lfs).
#pragma once

#include "api/call.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

Result<http::Reply> repo_info(const hub::ReadableRepo& readable, Call& call);
Result<http::Reply> repo_info_at_revision(const hub::ReadableRepo& readable, Call& call);

}  // namespace kohaku::api
