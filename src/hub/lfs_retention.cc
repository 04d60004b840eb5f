#include "hub/lfs_retention.h"

#include <algorithm>
#include <string>

namespace kohaku::hub {

Result<std::vector<ObjectLink>> list_links(db::Connection& connection, RepoId repo) {
  const auto rows =
      TRY(connection
              .sql("SELECT l.sha256, o.size, l.keep_until, l.unreachable_since,"
                   " EXISTS (SELECT 1 FROM lfs_version AS v WHERE v.repo_id = l.repo_id"
                   " AND v.sha256 = l.sha256)"
                   " FROM object_link AS l JOIN large_object AS o ON o.sha256 = l.sha256"
                   " WHERE l.repo_id = ?1")
              .bind(repo)
              .all<Sha256, std::uint64_t, Micros, std::optional<Micros>, bool>());
  std::vector<ObjectLink> links;
  links.reserve(rows.size());
  for (const auto& [sha256, size, keep_until, since, committed] : rows) {
    links.push_back({sha256, size, keep_until, since, committed});
  }
  return links;
}

Result<std::unordered_set<Sha256>> find_outgrown(db::Connection& connection, RepoId repo,
                                                 std::int64_t keep) {
  const auto rows =
      TRY(connection
              .sql("SELECT path, sha256 FROM lfs_version WHERE repo_id = ?1 ORDER BY path, id DESC")
              .bind(repo)
              .all<std::string, Sha256>());
  std::unordered_set<Sha256> kept;
  std::unordered_set<Sha256> outgrown;
  const std::string* path = nullptr;
  std::unordered_set<Sha256> newest;  // of the path at hand
  for (const auto& [name, sha256] : rows) {
    if (path == nullptr || *path != name) newest.clear();
    path = &name;
    if (newest.contains(sha256)) continue;
    if (std::ssize(newest) < keep) {
      newest.insert(sha256);
      kept.insert(sha256);
    } else {
      outgrown.insert(sha256);
    }
  }
  for (const auto& sha256 : kept) outgrown.erase(sha256);
  return outgrown;
}

LinkFate judge(const ObjectLink& link, const ReachableObjects& reachable,
               const std::unordered_set<Sha256>& outgrown, Micros now) {
  const auto is_kept = link.keep_until > now;
  if (reachable.in_history.contains(link.sha256)) {
    const auto goes = outgrown.contains(link.sha256) && !reachable.at_tips.contains(link.sha256);
    if (goes && !is_kept) return LinkFate::goes;
    return link.unreachable_since ? LinkFate::reached_again : LinkFate::stays;
  }
  if (!link.was_committed) return is_kept ? LinkFate::stays : LinkFate::goes;
  if (!link.unreachable_since) return LinkFate::begins_grace;
  const auto grace_ends = link.unreachable_since->plus_seconds(unreachable_grace_seconds);
  return is_kept || grace_ends > now ? LinkFate::stays : LinkFate::goes;
}

}  // namespace kohaku::hub
