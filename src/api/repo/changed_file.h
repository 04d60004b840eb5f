// A file that differs between two commits, on the wire.
#pragma once

#include <vector>

#include "api/call.h"
#include "api/json.h"
#include "hub/changes.h"

namespace kohaku::api {

struct ChangedFileItem {
  std::string path;
  std::string type;                  // added, removed, changed
  std::string path_type = "object";  // a submodule is "submodule"
  std::uint64_t size_bytes = 0;      // 0 when removed
  bool is_lfs = false;               // after the change; of a removed file, before it
  Omittable<Sha1> oid;               // of git's blob
  Omittable<Sha256> sha256;          // of a large file
  Omittable<std::uint64_t> previous_size;
  Omittable<Sha1> previous_oid;
  Omittable<Sha256> previous_sha256;
  Omittable<std::string> diff;  // unified, of texts
  bool diff_truncated = false;  // hunks of it, or all of it, are left out
};
BOOST_DESCRIBE_STRUCT(ChangedFileItem, (),
                      (path, type, path_type, size_bytes, is_lfs, oid, sha256, previous_size,
                       previous_oid, previous_sha256, diff, diff_truncated))

std::vector<ChangedFileItem> changed_file_items(hub::Changes changes);

// `path` (a file or folder), and `diff=false` for no texts.
Result<hub::ChangeQuery> read_change_query(const Call& call);

}  // namespace kohaku::api
