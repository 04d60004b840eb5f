// From {revision}/{path} to one file: what resolve, raw and copies start from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "git/lfs_pointer.h"
#include "git/object.h"
#include "hub/hub.h"
#include "hub/repo.h"
#include "hub/revisions.h"

namespace kohaku::hub {

struct FoundFile {
  std::string path;
  git::TreeEntry entry;                    // a blob
  std::uint64_t blob_size = 0;             // of what git holds
  std::optional<git::LfsPointer> pointer;  // set when git holds a pointer to a large object

  std::uint64_t size() const { return pointer ? pointer->size : blob_size; }
  // What the clients know the file by: git's blob id, or the sha256 of a large object.
  std::string etag() const { return pointer ? pointer->oid.hex() : entry.id.hex(); }
};

// The file at a path of a commit. entry_not_found for a missing path and for a folder.
Result<FoundFile> find_file(Hub& hub, const Repo& repo, const Sha1& commit, std::string_view path);

}  // namespace kohaku::hub
