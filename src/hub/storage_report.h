// What a repository's large files take on the disk, and what is saved because bytes that are named
// more than once are kept once.
//
// A large object in whole form takes its size; one in xet form the chunks that its terms name, each
// counted once, as they lie packed in their xorbs. Chunks that are a view of a whole object which the
// repository holds anyway take nothing more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct StorageReport {
  std::uint64_t objects = 0;
  std::uint64_t named_bytes =
      0;  // the sizes of the large objects that its revisions and links name
  std::uint64_t stored_bytes = 0;  // what these take on the disk
  std::uint64_t git_bytes = 0;     // its packs
  // Of named_bytes: what other objects of this repository name as well.
  std::uint64_t shared_with_revisions_bytes = 0;
  // Of stored_bytes: what other repositories that the caller may read name as well.
  std::uint64_t shared_with_repositories_bytes = 0;
};

// Of other repositories only those that the caller may read are looked at (decision 15). Constant
// memory but for the ids of the objects that share a xorb; blocks.
Result<StorageReport> report_storage(Hub& hub, const ReadableContent& repo);

// For the operator.
struct RepositoryStorage {
  std::string name;  // "models/owner/name"
  StorageReport report;
};
struct HubStorage {
  std::vector<RepositoryStorage> repositories;
  std::uint64_t named_bytes = 0;   // of all of them
  std::uint64_t stored_bytes = 0;  // of all files of large objects and xorbs, each once
};
// All repositories, or those of this "namespace/name", whatever their types: not_found when there is
// none, bad_request when it is no such name. shared_with_repositories_bytes stays 0. Blocks.
Result<HubStorage> report_hub_storage(Hub& hub, std::string_view full_name);

// A table, with a line for all of them when the whole hub was asked for.
std::string to_text(const HubStorage& storage, bool whole_hub);

}  // namespace kohaku::hub
