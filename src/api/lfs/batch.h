// git-lfs asks here, for many objects at once, where their bytes go or come from.
//
//   POST /{repo}.git/info/lfs/objects/batch
//
// also without `.git`, and below /models, /datasets, /spaces, /api. `upload` needs the right to
// write, `download` the right to read. What is wrong with one object stands in that object, inside a
// 200. An object that this repository holds already gets no action; one that only others hold looks
// like a missing one (decision 15).
//
// The answer names one transfer for all its objects: `xet` for an upload when the client offers it
// (git-xet, the JavaScript client, huggingface_hub before 1.20); `multipart` when the client offers it and one
// of them is larger than KOHAKU_HUB_LFS_MULTIPART_THRESHOLD_BYTES, then with the address of each
// part in the action's header (client contract 3.2); else `basic`.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

struct LfsBatchObject {
  std::string oid;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(LfsBatchObject, (), (oid, size))

struct LfsBatchRequest {
  std::string operation;
  std::optional<std::vector<std::string>> transfers;
  std::vector<LfsBatchObject> objects;
  std::optional<std::string> hash_algo;
};
BOOST_DESCRIBE_STRUCT(LfsBatchRequest, (), (operation, transfers, objects, hash_algo))

// Takes the right to write as well when the body says `upload`.
Task<Result<http::Reply>> lfs_batch(hub::ReadableContent repo, Body<LfsBatchRequest> body,
                                    Call& call);

}  // namespace kohaku::api
