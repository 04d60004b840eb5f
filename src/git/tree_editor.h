// Changes to a tree, written as new tree objects. Only the folders on changed paths are loaded.
// Not for two threads at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/repo_path.h"
#include "base/result.h"
#include "git/object.h"
#include "git/pack_writer.h"
#include "git/repository.h"
#include "git/tree_diff.h"

namespace kohaku::git {

class TreeEditor {
 public:
  // Nothing as `root` starts from the empty tree. `repository` must outlive the editor.
  TreeEditor(const Repository& repository, std::optional<Sha1> root);
  ~TreeEditor();

  // What stands at a path now, changes included.
  Result<std::optional<TreeEntry>> find(std::string_view path);
  // Puts a file; a file in place of a folder replaces it; code conflict when a parent is a file.
  Result<> put(const RepoPath& path, std::uint32_t mode, const Sha1& id);
  Result<bool> remove_file(std::string_view path);    // false: no file of that path
  Result<bool> remove_folder(std::string_view path);  // false: no such folder; "" empties the root
  // Copies a file or folder entry by id, without reading it.
  Result<> put_entry(const RepoPath& path, const TreeEntry& entry);

  // Writes what changed and gives the new root; empty folders vanish.
  Result<Sha1> write(PackWriter& pack);
  // After write(): against the tree it started from, down to the last file of folders that were
  // copied or removed.
  std::vector<ChangedEntry> changed_entries() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::git
