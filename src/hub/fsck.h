// Holds rows, git directories and large objects against each other (I2, I6).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hub/hub.h"

namespace kohaku::hub {

// Told often how far it has come, in a few words.
using FsckProgress = std::function<void(const std::string&)>;

// One sentence per problem; empty when all is well. Always: every row's pack, ref target and large
// object exists, the rows of xorbs and terms fit together. With `full` also `git fsck --full` of each
// repository, every large object's bytes against its hashes and every chunk of every xorb against
// its. Blocks for as long as it takes; changes nothing.
Result<std::vector<std::string>>
fsck(Hub& hub, bool full, const FsckProgress& progress = [](const std::string&) {});

}  // namespace kohaku::hub
