// Which commit last changed each entry of a listing.
#pragma once

#include <vector>

#include "base/result.h"
#include "git/repository.h"
#include "hub/listing.h"

namespace kohaku::hub {

// Sets last_commit of every entry. At the head of the default branch this is read from path_change,
// which each commit keeps up to date; at other revisions history is walked back, at most 5,000
// commits in all, and what did not change within them gets the oldest one seen.
Result<> add_last_commits(Hub& hub, const Repo& repo, const Revision& revision,
                          const git::Repository& repository, std::vector<ListedEntry>& entries);

}  // namespace kohaku::hub
