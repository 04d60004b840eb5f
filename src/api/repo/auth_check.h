// Whether the caller may read, or write, a repository.
//
//   GET /api/{type}s/{repo}/auth-check         200, or 404 RepoNotFound, 403 GatedRepo
//   GET /api/{type}s/{repo}/auth-check/write   200, or 404, 401, 403
#pragma once

#include "api/json.h"
#include "base/result.h"
#include "hub/access.h"

namespace kohaku::api {

struct AuthCheckReply {
  bool success = true;
};
BOOST_DESCRIBE_STRUCT(AuthCheckReply, (), (success))

// The signatures are the check.
Result<AuthCheckReply> check_read_access(const hub::ReadableContent& repo);
Result<AuthCheckReply> check_write_access(const hub::WritableRepo& repo);

}  // namespace kohaku::api
