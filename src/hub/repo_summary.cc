#include "hub/repo_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

namespace kohaku::hub {

const std::string_view summary_columns =
    "r.id, r.type, r.owner_id, a.name, r.name, r.private, r.gated, r.default_branch, r.sdk, "
    "r.downloads, r.likes_count, r.created_at, r.updated_at, r.card_data, r.pipeline_tag, "
    "r.library_name, r.trending_score, "
    "(SELECT f.commit_id FROM ref f WHERE f.repo_id = r.id "
    "AND f.name = 'refs/heads/' || r.default_branch)";

RepoSummary read_summary(db::Statement& row) {
  RepoSummary summary;
  auto& repo = summary.repo;
  repo.id = row.get<RepoId>(0);
  repo.type = repo_type_from(row.get<std::string>(1)).value_or(RepoType::model);
  repo.owner_id = row.get<AccountId>(2);
  repo.owner = row.get<std::string>(3);
  repo.name = row.get<std::string>(4);
  repo.private_ = row.get<bool>(5);
  repo.gated = row.get<std::string>(6);
  repo.default_branch = row.get<std::string>(7);
  repo.sdk = row.get<std::optional<std::string>>(8);
  repo.downloads = row.get<std::int64_t>(9);
  repo.likes = row.get<std::int64_t>(10);
  repo.created_at = row.get<Micros>(11);
  repo.updated_at = row.get<Micros>(12);
  summary.card_data = row.get<std::optional<std::string>>(13);
  summary.pipeline_tag = row.get<std::optional<std::string>>(14);
  summary.library_name = row.get<std::optional<std::string>>(15);
  summary.trending_score = row.get<std::int64_t>(16);
  summary.head = row.get<std::optional<Sha1>>(17);
  return summary;
}

namespace {

// Repositories asked for in one query; one statement of a fixed shape serves every page.
constexpr std::size_t group_size = 50;
using Group = std::array<std::optional<RepoId>, group_size>;

std::string tags_of_group() {
  std::string places;
  for (std::size_t i = 1; i <= group_size; ++i)
    places += fmt::format("{}?{}", i == 1 ? "" : ",", i);
  return "SELECT repo_id, tag FROM repository_tag WHERE repo_id IN (" + places +
         ") ORDER BY repo_id, tag";
}

Result<> add_group_tags(db::Connection& connection, std::span<RepoSummary> group) {
  static const std::string sql = tags_of_group();
  Group ids;
  std::unordered_map<RepoId, RepoSummary*> by_id;
  for (std::size_t i = 0; i < group.size(); ++i) {
    ids[i] = group[i].repo.id;
    by_id[group[i].repo.id] = &group[i];
  }
  auto rows = std::apply([&](const auto&... id) { return connection.sql(sql).bind(id...); }, ids);
  while (TRY(rows.step())) {
    by_id[rows.get<RepoId>(0)]->tags.push_back(rows.get<std::string>(1));
  }
  return {};
}

}  // namespace

Result<> add_tags(db::Connection& connection, std::span<RepoSummary> summaries) {
  while (!summaries.empty()) {
    const auto count = std::min(summaries.size(), group_size);
    TRY(add_group_tags(connection, summaries.first(count)));
    summaries = summaries.subspan(count);
  }
  return {};
}

Result<RepoSummary> load_summary(db::Connection& connection, RepoId repo) {
  static const std::string sql =
      fmt::format("SELECT {} FROM repository r JOIN account a ON a.id = r.owner_id WHERE r.id = ?1",
                  summary_columns);
  std::vector<RepoSummary> found;
  {
    auto row = connection.sql(sql).bind(repo);
    if (!TRY(row.step())) {
      return fail(Code::repo_not_found, "The repository was removed a moment ago.");
    }
    found.push_back(read_summary(row));
  }
  TRY(add_tags(connection, found));
  return std::move(found.front());
}

}  // namespace kohaku::hub
