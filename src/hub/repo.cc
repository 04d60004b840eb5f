#include "hub/repo.h"

namespace kohaku::hub {
namespace {

// What every finder selects; read_repo reads it in this order.
constexpr std::string_view columns =
    "r.id, r.type, r.owner_id, a.name, r.name, r.private, r.gated, r.default_branch, r.sdk, "
    "r.lfs_threshold_bytes, r.lfs_keep_versions, r.lfs_suffix_rules, r.refs_version, r.downloads, "
    "r.likes_count, r.created_at, r.updated_at";

Repo read_repo(db::Statement& row) {
  Repo repo;
  repo.id = row.get<RepoId>(0);
  repo.type = repo_type_from(row.get<std::string>(1)).value_or(RepoType::model);
  repo.owner_id = row.get<AccountId>(2);
  repo.owner = row.get<std::string>(3);
  repo.name = row.get<std::string>(4);
  repo.private_ = row.get<bool>(5);
  repo.gated = row.get<std::string>(6);
  repo.default_branch = row.get<std::string>(7);
  repo.sdk = row.get<std::optional<std::string>>(8);
  repo.lfs_threshold_bytes = row.get<std::optional<std::int64_t>>(9);
  repo.lfs_keep_versions = row.get<std::optional<std::int64_t>>(10);
  repo.lfs_suffix_rules = row.get<std::optional<std::string>>(11);
  repo.refs_version = row.get<std::int64_t>(12);
  repo.downloads = row.get<std::int64_t>(13);
  repo.likes = row.get<std::int64_t>(14);
  repo.created_at = row.get<Micros>(15);
  repo.updated_at = row.get<Micros>(16);
  return repo;
}

Result<std::optional<Repo>> first_repo(db::Statement statement) {
  if (!TRY(statement.step())) return std::nullopt;
  return read_repo(statement);
}

std::string select(std::string_view from_where) {
  return "SELECT " + std::string(columns) + " " + std::string(from_where);
}

}  // namespace

Result<std::optional<Repo>> find_repo(db::Connection& connection, RepoType type,
                                      const RepoName& name) {
  static const std::string sql =
      select("FROM account a JOIN repository r ON r.owner_id = a.id "
             "WHERE a.lookup_name = ?1 AND r.type = ?2 AND r.lookup_name = ?3");
  return first_repo(connection.sql(sql).bind(normalize_name(name.owner), to_string(type),
                                             normalize_name(name.name)));
}

Result<std::optional<Repo>> find_moved_repo(db::Connection& connection, RepoType type,
                                            const RepoName& name) {
  static const std::string sql =
      select("FROM repository_redirect d JOIN repository r ON r.id = d.repo_id "
             "JOIN account a ON a.id = r.owner_id "
             "WHERE d.type = ?1 AND d.owner_lookup = ?2 AND d.lookup_name = ?3");
  auto repo = TRY(first_repo(connection.sql(sql).bind(to_string(type), normalize_name(name.owner),
                                                      normalize_name(name.name))));
  if (repo) repo->moved = true;
  return repo;
}

Result<std::optional<Repo>> find_repo_by_id(db::Connection& connection, RepoId id) {
  static const std::string sql =
      select("FROM repository r JOIN account a ON a.id = r.owner_id WHERE r.id = ?1");
  return first_repo(connection.sql(sql).bind(id));
}

}  // namespace kohaku::hub
