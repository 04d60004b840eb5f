// Which large objects the revisions of a repository name.
#pragma once

#include <unordered_set>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "git/repository.h"

namespace kohaku::hub {

struct ReachableObjects {
  std::unordered_set<Sha256> in_history;  // named by any commit that a ref reaches
  std::unordered_set<Sha256> at_tips;     // named by the commit of a ref itself
};

// Walks every commit from these tips and each of their trees once. Blocks for as long as it takes;
// memory grows with the number of trees and blobs, not with their size.
Result<ReachableObjects> find_reachable_objects(const git::Repository& repository,
                                                const std::vector<Sha1>& tips);

}  // namespace kohaku::hub
