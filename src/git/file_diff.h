// Which files differ between two trees: what tree_diff.h tells of folders and files alike, told of
// files only, with what they were and are, and bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "git/repository.h"

namespace kohaku::git {

struct FileChange {
  std::string path;
  std::optional<TreeEntry> before;  // nothing: added
  std::optional<TreeEntry> after;   // nothing: removed
};

struct FileChanges {
  std::vector<FileChange> files;
  bool complete = true;  // false: there are more
};

// Files at `path` or below ("" is everything) that differ, by name within each folder, at most `most`.
// What lies between the files of an answer is not loaded beyond the folders that differ. The empty
// tree needs not be stored.
Result<FileChanges> diff_files(const Repository& repository, const Sha1& before, const Sha1& after,
                               std::string_view path, std::size_t most);

}  // namespace kohaku::git
