// From a draft and the tip of its branch to a new commit.
#pragma once

#include <optional>

#include "base/result.h"
#include "git/tree_diff.h"
#include "hub/access.h"
#include "hub/commit_draft.h"
#include "hub/commit_publish.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct BuiltCommit {
  Sha1 head;                               // the new commit, or the tip when nothing changes
  std::optional<Publication> publication;  // nothing when the tree stays as it is
};

// Deletions come first, then copies, then files, so that additions win; of two files of one path the
// later one stays. The packs are in place when it answers. entry_not_found for a deleted or copied
// file that is not there (a folder may be), unprocessable where file and folder collide. Blocks.
Result<BuiltCommit> build_commit(Hub& hub, const WritableRepo& repo,
                                 const git::Repository& repository, CommitDraft& draft,
                                 const BranchTip& tip);

// What a publication says of the default branch between two commits of one line: which entries
// changed, and the card when README.md or config.json did.
Result<> describe_changes(const git::Repository& repository, const Sha1& tree, const Sha1& commit,
                          const std::vector<git::ChangedEntry>& changes, Publication& publication);

// The card as the files at the root of a tree have it.
Result<CardMetadata> read_card_of(const git::Repository& repository, const Sha1& tree);

}  // namespace kohaku::hub
