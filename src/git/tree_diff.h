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

using LoadTree = std::function<Result<std::shared_ptr<const Tree>>(const Sha1&)>;

// Down to the last file of folders that appeared or vanished; folders of one id are not loaded.
Result<std::vector<ChangedEntry>> diff_trees(const Sha1& before, const Sha1& after,
                                             const LoadTree& load);

}  // namespace kohaku::git
