#include "hub/account_repos.h"

#include <fmt/format.h>

#include <string_view>
#include <tuple>

namespace kohaku::hub {
namespace {

std::string_view order_by(RepoOrder order) {
  switch (order) {
    case RepoOrder::recent: return "updated_at DESC, id DESC";
    case RepoOrder::likes: return "likes_count DESC, id DESC";
    case RepoOrder::downloads: return "downloads DESC, id DESC";
  }
  return "id";
}

// All of an owner's repositories are alike to one caller: private ones are seen by members only.
Result<bool> sees_private(db::Connection& connection, const Caller& caller, AccountId owner) {
  return TRY(role_in(connection, caller, owner)) >= Role::visitor;
}

Result<std::optional<Sha1>> head_of(db::Connection& connection, const Repo& repo) {
  const auto row = TRY(connection.sql("SELECT commit_id FROM ref WHERE repo_id = ?1 AND name = ?2")
                           .bind(repo.id, "refs/heads/" + repo.default_branch)
                           .first<Sha1>());
  if (!row) return std::nullopt;
  return std::get<0>(*row);
}

Result<std::vector<std::string>> tags_of(db::Connection& connection, RepoId repo) {
  auto row =
      connection.sql("SELECT tag FROM repository_tag WHERE repo_id = ?1 ORDER BY tag").bind(repo);
  std::vector<std::string> tags;
  while (TRY(row.step())) tags.push_back(row.get<std::string>(0));
  return tags;
}

}  // namespace

Result<RepoCounts> count_repos(db::Connection& connection, const Caller& caller, AccountId owner) {
  const bool all = TRY(sees_private(connection, caller, owner));
  auto row = connection
                 .sql("SELECT type, count(*) FROM repository WHERE owner_id = ?1 AND "
                      "(private = 0 OR ?2 <> 0) GROUP BY type")
                 .bind(owner, all);
  RepoCounts counts;
  while (TRY(row.step())) {
    const auto count = row.get<std::int64_t>(1);
    switch (repo_type_from(row.get<std::string>(0)).value_or(RepoType::model)) {
      case RepoType::model: counts.models = count; break;
      case RepoType::dataset: counts.datasets = count; break;
      case RepoType::space: counts.spaces = count; break;
    }
  }
  return counts;
}

Result<std::vector<ProfileRepo>> list_repos(db::Connection& connection, const Caller& caller,
                                            AccountId owner, RepoType type, RepoOrder order,
                                            std::size_t limit) {
  const bool all = TRY(sees_private(connection, caller, owner));
  const auto sql = fmt::format(
      "SELECT id FROM repository WHERE owner_id = ?1 AND type = ?2 AND (private = 0 OR ?3 <> 0) "
      "ORDER BY {} LIMIT ?4",
      order_by(order));
  const auto ids = TRY(connection.sql(sql).bind(owner, to_string(type), all, limit).all<RepoId>());
  std::vector<ProfileRepo> repos;
  for (const auto& [id] : ids) {
    auto repo = TRY(find_repo_by_id(connection, id));
    if (!repo) continue;
    auto head = TRY(head_of(connection, *repo));
    auto tags = TRY(tags_of(connection, id));
    repos.push_back({std::move(*repo), head, std::move(tags)});
  }
  return repos;
}

}  // namespace kohaku::hub
