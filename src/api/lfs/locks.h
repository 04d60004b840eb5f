// File locking of git-lfs. Source: git-lfs docs/api/locking.md.
//
//   GET  /{repo}.git/info/lfs/locks?path=&id=&cursor=&limit=   for who may read
//   POST /{repo}.git/info/lfs/locks               {path}: lock it, 201; 409 with the lock there is
//   POST /{repo}.git/info/lfs/locks/verify        {cursor, limit}: one's own and the others'
//   POST /{repo}.git/info/lfs/locks/{id}/unlock   {force}
//
// also without `.git`, and below /models, /datasets, /spaces, /api. A lock holds on every branch. All
// but the list are for who may write; another's lock goes only by `force` and for who administers the
// repository.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

struct LockRequest {
  std::string path;
};
BOOST_DESCRIBE_STRUCT(LockRequest, (), (path))

struct VerifyLocksRequest {
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(VerifyLocksRequest, (), (cursor, limit))

struct UnlockRequest {
  std::optional<bool> force;
};
BOOST_DESCRIBE_STRUCT(UnlockRequest, (), (force))

Result<http::Reply> list_lfs_locks(const hub::ReadableContent& repo, Call& call);
Task<Result<http::Reply>> create_lfs_lock(hub::WritableRepo repo, Body<LockRequest> body,
                                          Call& call);
Result<http::Reply> verify_lfs_locks(const hub::WritableRepo& repo,
                                     const Body<VerifyLocksRequest>& body, Call& call);
Task<Result<http::Reply>> remove_lfs_lock(hub::WritableRepo repo, Body<UnlockRequest> body,
                                          Call& call);

}  // namespace kohaku::api
