// What a repository's large files take, and how much of it is shared.
//
//   GET /api/{type}s/{repo}/storage, /{type}s/{repo}/storage
//   {"objects":3,"named_bytes":…,"stored_bytes":…,"git_bytes":…,"shared_with_revisions_bytes":…,
//    "shared_with_repositories_bytes":…}
//
// `named_bytes` is the sum of the sizes of the large objects that the repository's revisions and links
// name, `stored_bytes` what they take on the disk: chunks count once and as they are packed, whole
// files at their size. `git_bytes` (commits, trees, small files) stands beside both. Of `named_bytes`,
// `shared_with_revisions_bytes` are named by several objects of this repository; of `stored_bytes`,
// `shared_with_repositories_bytes` also by other repositories, of which only those that the caller
// may read are looked at.
#pragma once

#include <cstdint>

#include "api/call.h"
#include "api/json.h"
#include "hub/access.h"

namespace kohaku::api {

struct StorageReply {
  std::uint64_t objects = 0;
  std::uint64_t named_bytes = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t git_bytes = 0;
  std::uint64_t shared_with_revisions_bytes = 0;
  std::uint64_t shared_with_repositories_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(StorageReply, (),
                      (objects, named_bytes, stored_bytes, git_bytes, shared_with_revisions_bytes,
                       shared_with_repositories_bytes))

Result<StorageReply> show_storage(const hub::ReadableContent& readable, Call& call);

}  // namespace kohaku::api
