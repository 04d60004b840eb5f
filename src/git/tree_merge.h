// Two changes to one tree put together: merges, and reverts, which are merges with an older commit.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "git/pack_writer.h"
#include "git/repository.h"
#include "git/tree_diff.h"

namespace kohaku::git {

// What stands where both sides changed a file in ways that do not fit together. `both` is for trees
// that only serve as the base of another merge: texts with both versions between markers, and of all
// else what was there before.
enum class Favour { neither, ours, theirs, both };

struct MergedTree {
  Sha1 tree;
  std::vector<ChangedEntry> changes;   // against ours
  std::vector<std::string> conflicts;  // paths; with any of them tree and changes mean nothing
};

// Entry by entry: what one side changed wins over what the other left alone. Texts that both changed
// are put together line by line, up to 4 MiB and most_lines each; pointers to large files and binary
// files never are. Without a favour such a place is a conflict. Renames are not followed: a file that one
// side moved and the other changed is a conflict at its old path. New objects go into `pack`.
Result<MergedTree> merge_trees(const Repository& repository, const Sha1& base, const Sha1& ours,
                               const Sha1& theirs, Favour favour, PackWriter& pack);

}  // namespace kohaku::git
