#include "hub/scope_repos.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace kohaku::hub {
namespace {

// Of one read: some milliseconds' worth, however many days each has.
constexpr std::size_t batch_size = 50;

// ?1 is the owner or the repository.
struct Selected {
  std::string_view sql;
  std::int64_t id;
};

constexpr std::string_view of_repository =
    "SELECT r.id, r.type, a.name || '/' || r.name, r.private, r.downloads, r.likes_count "
    "FROM repository r JOIN account a ON a.id = r.owner_id "
    "WHERE r.id = ?1 AND r.id > ?2 ORDER BY r.id LIMIT ?3";
constexpr std::string_view of_namespace =
    "SELECT r.id, r.type, a.name || '/' || r.name, r.private, r.downloads, r.likes_count "
    "FROM repository r JOIN account a ON a.id = r.owner_id "
    "WHERE r.owner_id = ?1 AND r.id > ?2 ORDER BY r.id LIMIT ?3";

Selected select(const AnalyticsScope& scope) {
  if (scope.repository()) return {of_repository, scope.repository()->value};
  return {of_namespace, scope.owner().value};
}

Result<std::vector<ScopeRepo>> read_batch(db::Connection& connection, const Selected& selected,
                                          RepoId after) {
  std::vector<ScopeRepo> repos;
  auto rows = connection.sql(selected.sql).bind(selected.id, after, batch_size);
  while (TRY(rows.step())) {
    repos.push_back({rows.get<RepoId>(0),
                     repo_type_from(rows.get<std::string>(1)).value_or(RepoType::model),
                     rows.get<std::string>(2), rows.get<bool>(3), rows.get<std::int64_t>(4),
                     rows.get<std::int64_t>(5)});
  }
  return repos;
}

}  // namespace

Result<> for_each_repo(db::Database& database, const AnalyticsScope& scope,
                       const std::function<Result<>(db::Connection&, ScopeRepo)>& each) {
  const auto selected = select(scope);
  RepoId after;
  for (bool more = true; more;) {
    more = TRY(database.read_now([&](db::Connection& connection) -> Result<bool> {
      auto batch = TRY(read_batch(connection, selected, after));
      for (auto& repo : batch) {
        after = repo.id;
        TRY(each(connection, std::move(repo)));
      }
      return batch.size() == batch_size;
    }));
  }
  return {};
}

Result<std::optional<std::int64_t>> first_day_with_numbers(db::Database& database,
                                                           const AnalyticsScope& scope) {
  std::optional<std::int64_t> first;
  TRY(for_each_repo(
      database, scope, [&](db::Connection& connection, const ScopeRepo& repo) -> Result<> {
        const auto row =
            TRY(connection.sql("SELECT MIN(day) FROM repository_day WHERE repo_id = ?1")
                    .bind(repo.id)
                    .first<std::optional<std::int64_t>>());
        const auto day = row ? std::get<0>(*row) : std::nullopt;
        if (day) first = std::min(first.value_or(*day), *day);
        return {};
      }));
  return first;
}

}  // namespace kohaku::hub
