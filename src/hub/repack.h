// Bringing the packs of a repository together, beside its readers and writers: each commit and push
// makes one. In this order, so that a crash costs nothing but work:
//
//   new pack in place → git's indexes name it and not the old ones → transaction: it is registered,
//   they are retired → an hour later their files go
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// How long the files of a retired pack stay, for readers that have found them.
inline constexpr std::int64_t retired_pack_seconds = 3600;

// Repositories that got a pack at this time or later.
Result<std::vector<RepoId>> find_repacking_candidates(Hub& hub, Micros since);

// Rolls the packs up when there are many, so that each has at least twice the objects of all smaller
// ones together, and gives git a multi-pack-index with bitmaps and a commit graph. False: it was not
// worth it. One at a time for a repository. Blocks for as long as git takes.
Result<bool> repack(Hub& hub, RepoId repo);

// Repositories with retired packs whose time has come.
Result<std::vector<RepoId>> find_retired_packs(Hub& hub);

// Removes the files of those, but for packs that were registered again. While the caller has the
// repository's turn (Hub::queues). How many. Blocks.
Result<std::uint64_t> remove_retired_packs(Hub& hub, RepoId repo);

}  // namespace kohaku::hub
