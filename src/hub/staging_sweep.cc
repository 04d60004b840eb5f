#include "hub/staging_sweep.h"

#include <vector>

namespace kohaku::hub {
namespace {

constexpr std::int64_t at_once = 1000;

Result<std::vector<RepoId>> next_repositories(db::Connection& connection, RepoId after) {
  std::vector<RepoId> ids;
  for (const auto& [id] :
       TRY(connection.sql("SELECT id FROM repository WHERE id > ?1 ORDER BY id LIMIT ?2")
               .bind(after, at_once)
               .all<RepoId>())) {
    ids.push_back(id);
  }
  return ids;
}

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
  RepoId last{0};
  while (true) {
    const auto ids =
        TRY(hub.database.read_now([&](db::Connection& c) { return next_repositories(c, last); }));
    if (ids.empty()) return removed;
    for (const auto id : ids) removed += TRY(sweep(hub.repositories.staging(id), before));
    last = ids.back();
  }
}

}  // namespace kohaku::hub
