// The files that differ between two commits, as a person wants to see them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/file_diff.h"
#include "git/lfs_pointer.h"
#include "git/relation.h"
#include "hub/hub.h"
#include "hub/repo.h"
#include "hub/revisions.h"

namespace kohaku::hub {

struct FileVersion {
  Sha1 blob;
  std::uint64_t blob_size = 0;
  std::shared_ptr<const git::LfsPointer> lfs;  // files whose blob stands for a large object
  bool is_submodule = false;

  std::uint64_t size() const { return lfs ? lfs->size : blob_size; }
};

struct ChangedFile {
  std::string path;
  std::optional<FileVersion> before;  // nothing: added
  std::optional<FileVersion> after;   // nothing: removed
  // The unified diff with its two lines of head; nothing for large, binary and overlong files, and
  // when no text was asked for.
  std::optional<std::string> diff;
  bool diff_complete = true;  // false: hunks, or the whole diff of a text, are left out
};

struct ChangeQuery {
  std::string path;  // a file or folder; "" is everything
  bool with_text = true;
};

// At most 1,000 files; texts of at most 1 MiB and 4 MiB of diffs (a single file asked for by its path:
// texts of 8 MiB).
struct Changes {
  std::vector<ChangedFile> files;
  bool complete = true;  // false: there are more files
};

// From tree to tree; both may be the empty one. Blocks on git.
Result<Changes> list_changes(Hub& hub, const Repo& repo, const git::Repository& repository,
                             const Sha1& before, const Sha1& after, const ChangeQuery& query);

// What one commit changed, against its first parent.
struct CommitChanges {
  Sha1 id;
  std::shared_ptr<const git::Commit> commit;
  Changes changes;
};
Result<CommitChanges> changes_of_commit(Hub& hub, const Repo& repo, std::string_view revision,
                                        const ChangeQuery& query);

// What lies between two revisions.
struct Comparison {
  Sha1 base;
  Sha1 head;
  git::Relation relation;
  Changes changes;
};

// `range` is base...head, which shows what head did since the two parted (everything in head when they
// have nothing in common), or base..head, which shows how their files differ. bad_request for anything
// else, revision_not_found for either end.
Result<Comparison> compare(Hub& hub, const Repo& repo, std::string_view range,
                           const ChangeQuery& query, std::size_t most_commits);

}  // namespace kohaku::hub
