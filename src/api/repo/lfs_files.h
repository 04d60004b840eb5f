// The large objects that a repository's commits name, newest first.
//
//   GET /api/{type}s/{repo}/lfs-files   [{"fileOid","filename","oid","pushedAt","ref","size"}]
#pragma once

#include <string>

#include "api/call.h"
#include "api/json.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

struct LfsFileItem {
  Sha256 fileOid;
  std::string filename;  // a path it was last committed at
  Sha256 oid;
  Micros pushedAt;
  std::optional<std::string> ref;
  std::uint64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(LfsFileItem, (), (fileOid, filename, oid, pushedAt, ref, size))

Result<http::Reply> list_lfs_files(const hub::WritableRepo& writable, Call& call);

}  // namespace kohaku::api
