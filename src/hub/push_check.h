// Whether what a push brings may come into a repository: the rules of a commit through the API, for
// each new commit.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/quarantine.h"
#include "git/repository.h"
#include "hub/commit_publish.h"
#include "hub/hub.h"
#include "hub/repo.h"

namespace kohaku::hub {

struct PushedHistory {
  std::vector<Sha1> commits;          // that no ref of the repository reached; parents come first
  std::vector<NamedObject> objects;   // large files that they name
  std::vector<Sha1> borrowed;         // objects they need that the pack lacks and no ref reached
  std::vector<std::string> refusals;  // for the user, when there are any; at most a few
};

// Follows everything reachable from `tips` that the repository's refs do not reach. Refuses what is
// incomplete, paths that RepoPath refuses, links that lead out of the repository, files of the LFS
// threshold's size or more, and LFS pointers to objects that this repository does not hold. So large a
// blob is refused also where no commit names it: a later push could, without bringing it. Bounded:
// a commit that changes more than a million paths is refused too. `quarantine` may be null when the
// push brought no objects. Blocks for long.
Result<PushedHistory> check_push(Hub& hub, const Repo& repo, const git::Quarantine& quarantine,
                                 const std::vector<Sha1>& tips);

}  // namespace kohaku::hub
