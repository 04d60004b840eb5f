// File locking of git-lfs. Not offered: git-lfs reads a 404 as "this server has no locks" and goes on.
//
//   GET, POST /{repo}.git/info/lfs/locks
//   POST      /{repo}.git/info/lfs/locks/verify
#pragma once

#include "api/call.h"
#include "hub/access.h"

namespace kohaku::api {

Result<http::Reply> lfs_locks(const hub::Anyone& anyone);

}  // namespace kohaku::api
