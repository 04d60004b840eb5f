// What a client asks before it uploads.
//
//   POST /api/{type}s/{repo}/preupload/{rev}   {files: [{path, size, sample? | sha256?}], gitIgnore?,
//                                               gitAttributes?}
//   → {files: [{path, uploadMode: "lfs"|"regular", shouldIgnore, oid}]}, one for each, in order
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

struct PreuploadItem {
  std::string path;
  std::string uploadMode;
  bool shouldIgnore = false;
  std::optional<std::string> oid;
};
BOOST_DESCRIBE_STRUCT(PreuploadItem, (), (path, uploadMode, shouldIgnore, oid))

struct PreuploadReply {
  std::vector<PreuploadItem> files;
};
BOOST_DESCRIBE_STRUCT(PreuploadReply, (), (files))

// For writers; a reader who wants to open a pull request learns that this is not offered (501).
Task<Result<http::Reply>> preupload(hub::ReadableContent repo, Call& call);

}  // namespace kohaku::api
