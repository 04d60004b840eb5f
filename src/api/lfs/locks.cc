#include "api/lfs/locks.h"

namespace kohaku::api {

Result<http::Reply> lfs_locks(const hub::Anyone&) {
  return fail(Code::not_found, "File locking is not offered.");
}

}  // namespace kohaku::api
