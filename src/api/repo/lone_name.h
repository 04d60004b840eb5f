// Names without a namespace ("gpt2"), which clients still ask for: no repository here bears one, and
// they must hear so in the words of a missing repository.
//
//   GET /api/{type}s/{name}, …/revision/…, …/tree/…
//   GET /{name}/resolve/…   also /{type}s/{name}/resolve/…
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

Result<http::Reply> no_repo_of_lone_name(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
