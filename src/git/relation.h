// How two commits lie to each other: what they share, and what each has alone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "git/history.h"

namespace kohaku::git {

struct Relation {
  // The newest commit that both come from (of several best ones, the newest); nothing when their
  // histories have nothing in common.
  std::optional<Sha1> merge_base;
  std::uint64_t ahead = 0;                  // commits that only `head` has
  std::uint64_t behind = 0;                 // commits that only `base` has
  std::vector<LoggedCommit> ahead_commits;  // newest first, as many as asked for
};

// The best common ancestors of a commit and of several that count as one, newest first: none of them
// is an ancestor of another. Errors as below.
Result<std::vector<Sha1>> merge_bases(const Repository& repository, const std::vector<Sha1>& ours,
                                      const Sha1& theirs);

// Walks back until nothing is left but what both have. unprocessable when that takes more than a
// million commits.
Result<Relation> relate(const Repository& repository, const Sha1& base, const Sha1& head,
                        std::size_t most_commits);

}  // namespace kohaku::git
