// The tree that a merge of two commits starts from. Where they have several best common ancestors, as
// after merges both ways, it is a merge of those, made in the same way, as git's own merges have it.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "git/repository.h"

namespace kohaku::git {

class MergeBase {
 public:
  // Nothing when the two have no commit in common. What has to be made for it is made in a directory
  // below `staging_directory`, on the repository's file system, and goes with the MergeBase. After 64
  // merges for one base the newest ancestor is taken as it is. unprocessable for histories that are
  // too long (relation.h). Blocks.
  static Result<std::optional<MergeBase>> find(std::shared_ptr<const Repository> repository,
                                               const os::Path& staging_directory, const Sha1& ours,
                                               const Sha1& theirs);
  MergeBase(MergeBase&& other) noexcept;
  MergeBase& operator=(MergeBase&&) = delete;
  MergeBase(const MergeBase&) = delete;
  MergeBase& operator=(const MergeBase&) = delete;
  ~MergeBase();

  const Sha1& tree() const { return tree_; }
  // Has the objects of `tree`, and everything that `repository` had.
  const Repository& objects() const { return *objects_; }

 private:
  friend class BaseMaker;
  MergeBase(std::shared_ptr<const Repository> objects, const Sha1& tree, os::Path directory);
  std::shared_ptr<const Repository> objects_;
  Sha1 tree_;
  os::Path directory_;  // empty when nothing had to be made
};

}  // namespace kohaku::git
