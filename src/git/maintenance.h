// Bringing the many small packs of a repository together, beside running readers. Nothing here
// removes a pack: whoever keeps the list of packs publishes the new one, registers it, strikes out
// the old ones, and removes their files when no reader can still need them (Repository::remove).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/pack_writer.h"
#include "os/files.h"

namespace kohaku::git {

struct PackSize {
  std::string name;  // "pack-{40 hex}"
  std::uint64_t objects = 0;
};

// Which packs to bring together so that afterwards each has at least twice the objects of all smaller
// ones together (as `git repack --geometric=2` chooses). Fewer than two names: nothing to do.
std::vector<std::string> packs_to_roll_up(std::vector<PackSize> packs);

// A new pack of all objects of these packs, with deltas, staged in `staging_directory` (on the same
// file system) and synced. Its files are the caller's: publish them (Repository::publish) or remove
// them. Blocks for as long as git takes: run it on a Pool.
Result<StagedPack> consolidate(const os::Path& repository_directory,
                               const os::Path& staging_directory,
                               const std::vector<std::string>& packs);

// A new pack of all objects reachable from the refs as git sees them, so project_refs comes first.
// Striking out the other packs afterwards prunes what is unreachable: only while nobody writes, or
// for packs so old that no commit under way can count on their objects.
Result<StagedPack> collect_reachable(const os::Path& repository_directory,
                                     const os::Path& staging_directory);

// Whether these packs alone hold every object that the refs reach as git sees them, so project_refs
// comes first. Blocks for as long as a walk through the whole history takes.
Result<bool> hold_everything(const os::Path& repository_directory,
                             const os::Path& staging_directory,
                             const std::vector<std::string>& packs);

// Makes git quick on these packs (which must hold every object reachable from the refs): a
// multi-pack-index with reachability bitmaps, replaced atomically. Call it before other packs are
// removed.
Result<> index_packs(const os::Path& repository_directory, const std::vector<std::string>& packs);

// Makes walks through long histories quick: a commit graph of what the refs reach as git sees them.
Result<> write_commit_graph(const os::Path& repository_directory);

// A pack that lies in the repository, with the count from its index.
Result<StagedPack> find_pack(const os::Path& repository_directory, const std::string& name);

// Removes packs by name and syncs the directory; those already gone are fine. Repository::remove
// is for those that may be open.
Result<> remove_packs(const os::Path& repository_directory, const std::vector<std::string>& packs);

}  // namespace kohaku::git
