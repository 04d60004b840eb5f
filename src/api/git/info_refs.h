// What there is to fetch, or what a push would meet.
//
//   GET /{repo}[.git]/info/refs?service=git-upload-pack
//   GET /{repo}[.git]/info/refs?service=git-receive-pack
//   GET /{repo}[.git]/HEAD
//
// also below /models, /datasets, /spaces. The header Git-Protocol chooses the version, 0 to 2. Without
// a service (the protocol of git before 1.6.6) the answer is 403 with a sentence.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

// Takes the right to write as well for git-receive-pack.
Task<Result<http::Reply>> git_info_refs(hub::ReadableContent repo, Call& call);
Result<http::Reply> git_head(const hub::ReadableContent& repo);

}  // namespace kohaku::api
