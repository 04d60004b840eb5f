// Collects large objects that nothing names any more (decision 34).
//
//   1. uploads whose links have expired go, with their parts
//   2. a repository's links go: seven days after the object was last delivered or named by a commit,
//      and, once a commit named it, seven days after the collector first found that no revision
//      reaches it. With KOHAKU_HUB_LFS_AUTO_GC also versions of a path beyond the newest
//      KEEP_VERSIONS that no branch head or tag names.
//   3. rows of objects that no repository links to go, and xorbs (hub/xorb_gc.h)
//   4. files that no row names go, an hour after their row went or their publication broke off
//
// Safe beside uploads and commits: each row is deleted in a transaction that asks again. One
// collection at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "hub/hub.h"
#include "hub/xorb_gc.h"

namespace kohaku::hub {

struct CollectedLinks {
  RepoId id;
  std::string name;  // "models/owner/name"
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

struct GarbageReport {
  bool dry_run = false;
  std::uint64_t uploads = 0;                 // expired
  std::vector<CollectedLinks> repositories;  // those that lost something
  std::uint64_t objects = 0;                 // rows without a link
  std::uint64_t bytes = 0;
  XorbReport xorbs;
  std::uint64_t files = 0;  // removed from the disk now
  std::uint64_t file_bytes = 0;
  std::vector<std::string> skipped;  // repositories that could not be read, or changed meanwhile
};

// Blocks for as long as it takes. With `dry_run` nothing changes, and the report says what would.
Result<GarbageReport> collect_garbage(Hub& hub, bool dry_run);

std::string to_text(const GarbageReport& report);

}  // namespace kohaku::hub
