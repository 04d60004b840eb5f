// Git's own judgement of a repository's directory.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "os/files.h"

namespace kohaku::git {

// What `git fsck --full --strict` finds, one line each; empty when all is well. Dangling objects are
// well: a commit that lost a race leaves some. Blocks: run it on a Pool.
Result<std::vector<std::string>> fsck(const os::Path& directory);

}  // namespace kohaku::git
