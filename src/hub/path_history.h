// Which commit last changed each entry, worked out anew: for a default branch that was moved to
// another history.
#pragma once

#include <string_view>

#include "base/result.h"
#include "git/repository.h"
#include "hub/commit_publish.h"

namespace kohaku::hub {

// Makes path_changes the whole truth for a default branch at `commit`, and sets the card. Walks first
// parents until every entry is decided, at most 50,000 commits; what did not change within them gets
// the oldest one seen. Blocks, long in large repositories.
Result<> describe_history(const git::Repository& repository, const Sha1& commit,
                          Publication& publication);

// The difference alone, for a default branch that went forward from `before`, an ancestor of `commit`;
// the whole truth when it is not found among the first parents.
Result<> describe_advance(const git::Repository& repository, const Sha1& before, const Sha1& commit,
                          Publication& publication);

}  // namespace kohaku::hub
