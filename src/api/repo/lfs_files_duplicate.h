// Copying large files of this repository to another one, without moving their bytes: what a commit
// there then names by `lfsFile` without a size.
//
//   POST /api/{type}s/{repo}/lfs-files/duplicate
//        {"target":{"type","name"},"files":[{"sha256","xetHash"?,"filename"?}]}
//        → {"failed":[{"sha256","error"}]}
//
// The repository of the path is the source, whose files the caller must be able to read; the target is
// one they may write to. A file is known by its sha256, or without one by its Xet hash.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

struct DuplicateTarget {
  std::string type;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(DuplicateTarget, (), (type, name))

struct DuplicateFile {
  std::optional<std::string> sha256;
  std::optional<std::string> xetHash;
};
BOOST_DESCRIBE_STRUCT(DuplicateFile, (), (sha256, xetHash))

struct DuplicateRequest {
  DuplicateTarget target;
  std::vector<DuplicateFile> files;
};
BOOST_DESCRIBE_STRUCT(DuplicateRequest, (), (target, files))

struct DuplicateFailure {
  std::string sha256;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(DuplicateFailure, (), (sha256, error))

struct DuplicateReply {
  std::vector<DuplicateFailure> failed;
};
BOOST_DESCRIBE_STRUCT(DuplicateReply, (), (failed))

Task<Result<DuplicateReply>> duplicate_lfs_files(hub::ReadableContent source,
                                                 Body<DuplicateRequest> body, Call& call);

}  // namespace kohaku::api
