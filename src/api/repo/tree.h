// Listing the files of a repository.
//
//   GET /api/{type}s/{repo}/tree/{rev}             the root
//   GET /api/{type}s/{repo}/tree/{rev}/{path...}   a folder; its path as one %2F-encoded segment or many
//
// Query: recursive, expand (last commit of each entry), limit, cursor, name_prefix. Pages of 1,000
// entries, 50 with expand, joined by `Link: rel="next"`.
#pragma once

#include "api/call.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

Result<http::Reply> list_tree(const hub::ReadableRepo& readable, Call& call);

}  // namespace kohaku::api
