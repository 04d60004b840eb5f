// Two revisions side by side.
//
//   GET /api/{type}s/{repo}/compare/{base}...{head}   what head did since the two parted
//   GET /api/{type}s/{repo}/compare/{base}..{head}    how their files differ; both also without /api
//
// Query: limit (of the commits listed; 250, at most 1,000), path, diff=false, as for a commit's diff.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/repo/changed_file.h"
#include "api/repo/commits.h"
#include "hub/access.h"

namespace kohaku::api {

struct ComparisonReply {
  Sha1 base_commit;
  Sha1 head_commit;
  std::optional<Sha1> merge_base;   // null: the two have no commit in common
  std::string status;               // identical, ahead, behind, diverged
  std::uint64_t ahead_by = 0;       // commits that only head has
  std::uint64_t behind_by = 0;      // commits that only base has
  std::vector<CommitItem> commits;  // those that only head has, newest first
  bool commits_truncated = false;
  std::vector<ChangedFileItem> files;
  bool files_truncated = false;
};
BOOST_DESCRIBE_STRUCT(ComparisonReply, (),
                      (base_commit, head_commit, merge_base, status, ahead_by, behind_by, commits,
                       commits_truncated, files, files_truncated))

Result<ComparisonReply> compare_revisions(const hub::ReadableContent& readable, Call& call);

}  // namespace kohaku::api
