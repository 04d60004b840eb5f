// Packs that lie in a repository though no transaction registered them: a push or commit was refused
// after its pack had been put in place. They go by age.
//
//   walk: the registered packs alone hold all that the refs reach → the repository's turn, the refs are
//   those that were walked → their files go
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// Far beyond the longest push.
inline constexpr std::int64_t least_stray_seconds = std::int64_t{2} * 24 * 3600;

struct StrayPacks {
  std::vector<std::string> names;
  std::int64_t refs_version = 0;  // of the refs that were walked
  bool needed = false;            // the refs reach something that only they hold
};

// Repositories where such packs lie, of this age or older, that are neither registered nor retired.
// Blocks: one directory is listed for each repository.
Result<std::vector<RepoId>> find_repositories_with_stray_packs(Hub& hub);

// Nothing when they have gone meanwhile. Blocks for as long as a walk through the history takes.
Result<std::optional<StrayPacks>> judge_stray_packs(Hub& hub, RepoId repo);

// Removes them; registers those that are needed (a ref was moved onto what a refused push had left).
// Nothing happens when the refs have moved since they were judged: the next sweep judges again. While
// the caller has the repository's turn (Hub::queues): whoever counts on an object that no ref reaches
// looks for it in that turn. How many were removed. Blocks.
Result<std::uint64_t> settle_stray_packs(Hub& hub, RepoId repo, const StrayPacks& stray);

}  // namespace kohaku::hub
