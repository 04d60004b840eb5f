#include "api/lfs/locks.h"

#include "api/lfs/reply.h"

namespace kohaku::api {

Result<http::Reply> lfs_locks(const hub::Anyone& anyone) {
  return lfs_refusal({Code::not_found, "File locking is not offered.", {}}, anyone.caller());
}

}  // namespace kohaku::api
