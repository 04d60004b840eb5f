// Holds rows, git directories and large objects against each other (I2, I6).
#pragma once

#include <string>
#include <vector>

#include "hub/hub.h"

namespace kohaku::hub {

// One sentence per problem; empty when all is well. Always: every row's pack, ref target and large
// object exists. With `full` also `git fsck --full` of each repository and every large object's
// bytes against its hash. Blocks for as long as it takes; changes nothing.
Result<std::vector<std::string>> fsck(Hub& hub, bool full);

}  // namespace kohaku::hub
