// Removing large files from a repository for good.
//
//   POST /api/{type}s/{repo}/lfs-files/batch   {"deletions":{"sha":[fileOid…],"rewriteHistory"}}
//
// `sha` holds what the list of large files calls `fileOid`. With rewriteHistory (the clients' default)
// no commit of any branch or tag names them afterwards, and ids of commits change; without it the
// pointers stay, and resolving them is 404 EntryNotFound. What the repository does not hold is passed
// over: deleting twice is deleting once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

struct LfsDeletions {
  std::vector<std::string> sha;
  std::optional<bool> rewriteHistory;
};
BOOST_DESCRIBE_STRUCT(LfsDeletions, (), (sha, rewriteHistory))

struct LfsFilesBatch {
  LfsDeletions deletions;
};
BOOST_DESCRIBE_STRUCT(LfsFilesBatch, (), (deletions))

Task<Result<http::Reply>> change_lfs_files(hub::WritableRepo repo, Body<LfsFilesBatch> body,
                                           Call& call);

}  // namespace kohaku::api
