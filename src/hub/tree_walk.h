// Goes through the entries of a folder in git's order (`git ls-tree -t`), entering folders when
// recursive. It can begin anywhere, at the cost of one descent, so that a page of a large tree does
// not walk all the pages before it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "git/repository.h"

namespace kohaku::hub {

// Not for two threads at once.
class TreeWalk {
 public:
  struct Step {
    const git::TreeEntry* entry = nullptr;  // null at the end
    const std::string* path = nullptr;      // from the repository's root; valid until the next step
  };

  // `folder` is the path of the tree `id` ("" for the root).
  static Result<TreeWalk> start(std::shared_ptr<const git::Repository> repository, const Sha1& id,
                                std::string folder, bool recursive);

  // Goes on behind this path (inside the folder), which must exist; bad_request otherwise. Only
  // before the first step.
  Result<> skip_past(std::string_view path);

  // The next file or folder. Submodules are left out: the hub holds nothing of them.
  Result<Step> next();
  // Leaves out what lies below the folder that the last step gave.
  void skip_children() { enter_last_ = false; }

 private:
  struct Level {
    std::shared_ptr<const git::Tree> tree;
    std::size_t next = 0;
    std::size_t prefix = 0;  // length of the folder's path with its slash
  };

  TreeWalk(std::shared_ptr<const git::Repository> repository, std::string folder, bool recursive);
  Result<> enter(const Sha1& id);
  Result<> enter_last();

  std::shared_ptr<const git::Repository> repository_;
  std::vector<Level> levels_;
  std::string path_;
  bool recursive_;
  bool enter_last_ = false;  // the last step gave a folder that is to be entered
};

// A tree by its id; the empty one needs not be stored.
Result<std::shared_ptr<const git::Tree>> load_tree(const git::Repository& repository,
                                                   const Sha1& id);

}  // namespace kohaku::hub
