// What differs between two trees, folder by folder.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/object.h"

namespace kohaku::git {

// An entry of a folder that differs from before; `folder` is "" for the root. Every folder on the
// way to a changed file counts as changed itself.
struct ChangedEntry {
  std::string folder;
  std::string name;
  bool removed = false;
  friend bool operator==(const ChangedEntry&, const ChangedEntry&) = default;
};

// One entry that differs; null where there is none. A failure ends the comparison.
using VisitChange = std::function<Result<>(const std::string& folder, const TreeEntry* before,
                                           const TreeEntry* after)>;

using LoadTree = std::function<Result<std::shared_ptr<const Tree>>(const Sha1&)>;

// Down to the last file of folders that appeared or vanished; folders of one id are not loaded.
Result<std::vector<ChangedEntry>> diff_trees(const Sha1& before, const Sha1& after,
                                             const LoadTree& load);

// The same without a list of them, for trees that may be of any size.
Result<> visit_changes(const Sha1& before, const Sha1& after, const LoadTree& load,
                       const VisitChange& visit);

}  // namespace kohaku::git
