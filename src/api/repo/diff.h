// What one commit changed.
//
//   GET /api/{type}s/{repo}/commit/{rev}/diff   against its first parent; also without /api
//
// Query: path (one file or folder), diff=false (no texts). At most 1,000 files; `files_truncated` says
// that there are more, `diff_truncated` of a file that not all of its diff is here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/repo/changed_file.h"
#include "hub/access.h"

namespace kohaku::api {

struct CommitDiff {
  Sha1 commit_id;
  std::optional<Sha1> parent_commit;
  std::string message;
  std::string author;
  Micros date;
  std::vector<ChangedFileItem> files;
  bool files_truncated = false;
};
BOOST_DESCRIBE_STRUCT(CommitDiff, (),
                      (commit_id, parent_commit, message, author, date, files, files_truncated))

Result<CommitDiff> show_commit_diff(const hub::ReadableContent& readable, Call& call);

}  // namespace kohaku::api
