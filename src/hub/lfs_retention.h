// What the collector does with each link of a repository to a large object (decision 34).
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/lfs_reachable.h"
#include "hub/repo.h"

namespace kohaku::hub {

inline constexpr std::int64_t unreachable_grace_seconds = std::int64_t{7} * 24 * 3600;

struct ObjectLink {
  Sha256 sha256;
  std::uint64_t size = 0;
  Micros keep_until;
  std::optional<Micros> unreachable_since;
  bool was_committed = false;  // a commit named it once
};
Result<std::vector<ObjectLink>> list_links(db::Connection& connection, RepoId repo);

// The objects of a repository that its paths have outgrown: each of their versions is older than the
// newest `keep` of its path. Only what commits through the hub recorded is judged.
Result<std::unordered_set<Sha256>> find_outgrown(db::Connection& connection, RepoId repo,
                                                 std::int64_t keep);

enum class LinkFate {
  stays,
  reached_again,  // stays; a note that it was unreachable is wiped out
  begins_grace,   // stays; noted as unreachable from now on
  goes,
};
LinkFate judge(const ObjectLink& link, const ReachableObjects& reachable,
               const std::unordered_set<Sha256>& outgrown, Micros now);

}  // namespace kohaku::hub
