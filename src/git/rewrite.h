// Copies history without certain files, as `git filter-repo` does: each commit keeps its author,
// dates and message, and gets new parents and a new tree; what holds none of the files keeps its id.
// Folders that become empty vanish, commits that become empty stay. Signatures are dropped, since
// they would vouch for what is no longer there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "git/pack_writer.h"
#include "git/repository.h"

namespace kohaku::git {

// Not for two threads at once. Blocks for as long as the history is long; memory grows with the
// number of commits, trees and files in it, not with their size.
class Rewriter {
 public:
  // Whether this blob goes. Asked once for each.
  using Drops = std::function<Result<bool>(const Sha1& blob)>;

  // New objects go into `pack`. Both references must outlive the rewriter.
  Rewriter(const Repository& repository, PackWriter& pack, Drops drops);
  ~Rewriter();

  // What a ref that points at this commit or annotated tag must point at instead; the same id when
  // nothing of its history changes.
  Result<Sha1> rewrite(const Sha1& target);

  // Every commit seen so far, by its old id.
  const std::unordered_map<Sha1, Sha1>& commits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The text of a commit with another tree and other parents, without signatures.
Result<std::string> rewrite_commit_text(std::string_view text, const Sha1& tree,
                                        const std::vector<Sha1>& parents);
// The text of a tag of another object, without a signature.
Result<std::string> rewrite_tag_text(std::string_view text, const Sha1& target);

}  // namespace kohaku::git
