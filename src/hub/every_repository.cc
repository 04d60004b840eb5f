#include "hub/every_repository.h"

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

}  // namespace

Result<> for_every_repository(Hub& hub, const std::function<Result<>(RepoId)>& visit) {
  RepoId last{0};
  while (true) {
    const auto ids =
        TRY(hub.database.read_now([&](db::Connection& c) { return next_repositories(c, last); }));
    if (ids.empty()) return {};
    for (const auto id : ids) TRY(visit(id));
    last = ids.back();
  }
}

}  // namespace kohaku::hub
