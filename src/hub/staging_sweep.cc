#include "hub/staging_sweep.h"

#include "hub/every_repository.h"

namespace kohaku::hub {
namespace {

Result<std::uint64_t> sweep(const os::Path& staging, Micros before) {
  std::uint64_t removed = 0;
  const auto entries = os::list(staging);
  if (!entries && entries.error().code == Code::not_found) return 0;  // deleted meanwhile
  if (!entries) return std::unexpected(entries.error());
  for (const auto& entry : *entries) {
    if (entry.modified >= before) continue;
    TRY(os::remove_tree(staging / entry.name));
    ++removed;
  }
  return removed;
}

}  // namespace

Result<std::uint64_t> sweep_staging(Hub& hub) {
  const auto before = hub.clock.now().plus_seconds(-longest_staging_seconds);
  std::uint64_t removed = 0;
  TRY(for_every_repository(hub, [&](RepoId id) -> Result<> {
    removed += TRY(sweep(hub.repositories.staging(id), before));
    return {};
  }));
  return removed;
}

}  // namespace kohaku::hub
