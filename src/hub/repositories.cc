#include "hub/repositories.h"

#include <fmt/format.h>

#include "hub/lfs_settings.h"
#include "hub/new_repo.h"
#include "hub/quota.h"
#include "stats/namespace_sketches.h"

namespace kohaku::hub {
namespace {

Repo new_row(Hub& hub, const NamespaceWriter& owner, const NewRepo& wanted, RepoId id) {
  Repo repo;
  repo.id = id;
  repo.type = wanted.type;
  repo.owner_id = owner.id();
  repo.owner = owner.name();
  repo.name = wanted.name;
  repo.private_ = wanted.private_;
  repo.gated = "false";
  repo.default_branch = "main";
  repo.sdk = wanted.sdk;
  repo.created_at = hub.clock.now();
  repo.updated_at = repo.created_at;
  return repo;
}

}  // namespace

Task<Result<Repo>> create_repository(Hub& hub, const NamespaceWriter& owner, NewRepo wanted) {
  // Looked at before anything is written; the transaction looks again.
  const RepoName name{owner.name(), wanted.name};
  CO_TRY(co_await hub.database.read(
      [&](auto& c) { return check_name_is_free(c, wanted.type, name); }));
  const auto id = CO_TRY(co_await hub.database.write([](auto& c) { return next_repo_id(c); }));
  const auto repo = new_row(hub, owner, wanted, id);
  const auto first = co_await prepare_initial_commit(hub, id, owner.user(), repo.default_branch,
                                                     std::move(wanted.files));
  if (!first) {
    co_await hub.pool.run([&] { remove_repo_directory(hub, id); });
    co_return std::unexpected(first.error());
  }
  const auto inserted = co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    TRY(insert_repo(connection, repo, owner.user().id));
    TRY(record_initial_commit(connection, *first, repo.created_at));
    return check_quota(connection, hub.config, id);
  });
  if (!inserted) {
    co_await hub.pool.run([&] { remove_repo_directory(hub, id); });
    co_return std::unexpected(inserted.error());
  }
  co_return repo;
}

Task<Result<>> delete_repository(Hub& hub, const RepoAdmin& admin) {
  const auto id = admin.repo().id;
  CO_TRY(co_await hub.database.write([id](db::Connection& connection) -> Result<> {
    TRY(stats::mark_sketches_stale(connection, id));
    const auto deleted = TRY(connection.sql("DELETE FROM repository WHERE id = ?1").bind(id).run());
    if (deleted == 0) return fail(Code::repo_not_found, "The repository was not found.");
    return {};
  }));
  co_await hub.pool.run([&] { remove_repo_directory(hub, id); });
  co_return Result<>{};
}

namespace {

Result<> rename_row(db::Connection& connection, const Repo& repo, AccountId owner,
                    const RepoName& to) {
  const auto taken = TRY(find_repo(connection, repo.type, to));
  if (!taken || taken->id != repo.id) TRY(check_name_is_free(connection, repo.type, to));
  TRY(end_redirect(connection, repo.type, to));
  const bool same_lookup = normalize_name(repo.owner) == normalize_name(to.owner) &&
                           normalize_name(repo.name) == normalize_name(to.name);
  if (!same_lookup) {
    TRY(end_redirect(connection, repo.type, {repo.owner, repo.name}));
    TRY(connection
            .sql("INSERT INTO repository_redirect (type, owner_lookup, lookup_name, repo_id) "
                 "VALUES (?1, ?2, ?3, ?4)")
            .bind(to_string(repo.type), normalize_name(repo.owner), normalize_name(repo.name),
                  repo.id)
            .run());
  }
  const auto changed =
      TRY(connection
              .sql("UPDATE repository SET owner_id = ?1, name = ?2, lookup_name = ?3 WHERE id = ?4")
              .bind(owner, to.name, normalize_name(to.name), repo.id)
              .run());
  if (changed == 0) return fail(Code::repo_not_found, "The repository was not found.");
  return {};
}

}  // namespace

Task<Result<Repo>> move_repository(Hub& hub, const RepoAdmin& admin, const NamespaceWriter& to,
                                   std::string name) {
  auto repo = admin.repo();
  const RepoName target{to.name(), std::move(name)};
  CO_TRY(co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    TRY(check_may_create(connection, to.user().id, to.id()));
    const auto current = TRY(find_repo_by_id(connection, repo.id));
    if (!current) return fail(Code::repo_not_found, "The repository was not found.");
    const bool is_given = current->owner_id != to.id();
    if (is_given) TRY(stats::mark_sketches_stale(connection, repo.id));
    TRY(rename_row(connection, *current, to.id(), target));
    if (!is_given) return {};
    TRY(stats::mark_sketches_stale(connection, repo.id));
    return check_quota(connection, hub.config, repo.id);
  }));
  repo.owner_id = to.id();
  repo.owner = target.owner;
  repo.name = target.name;
  repo.moved = false;
  co_return repo;
}

namespace {

Result<> check_settings(const RepoSettings& settings) {
  if (settings.gated && *settings.gated != "false" && *settings.gated != "auto" &&
      *settings.gated != "manual") {
    return fail(Code::bad_request, "'gated' must be auto, manual or false.");
  }
  const auto& [private_, gated, threshold, versions, suffixes] = settings;
  if (threshold && *threshold) TRY(check_lfs_threshold(**threshold));
  if (versions && *versions) TRY(check_lfs_keep_versions(**versions));
  if (suffixes && *suffixes) TRY(check_lfs_suffixes(**suffixes));
  return {};
}

// ["…","…"]; the suffixes hold nothing that JSON would escape.
std::string suffixes_as_json(const std::vector<std::string>& suffixes) {
  return suffixes.empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(suffixes, "\",\""));
}

template <class T>
Result<> set_column(db::Connection& connection, RepoId id, std::string_view column,
                    const T& value) {
  const auto sql = fmt::format("UPDATE repository SET {} = ?1 WHERE id = ?2", column);
  const auto changed = TRY(connection.sql(sql).bind(value, id).run());
  if (changed == 0) return fail(Code::repo_not_found, "The repository was not found.");
  return {};
}

Result<> store_settings(db::Connection& connection, RepoId id, const RepoSettings& settings) {
  if (settings.private_) TRY(set_column(connection, id, "private", *settings.private_));
  if (settings.gated) TRY(set_column(connection, id, "gated", *settings.gated));
  if (settings.lfs_threshold_bytes) {
    TRY(set_column(connection, id, "lfs_threshold_bytes", *settings.lfs_threshold_bytes));
  }
  if (settings.lfs_keep_versions) {
    TRY(set_column(connection, id, "lfs_keep_versions", *settings.lfs_keep_versions));
  }
  if (const auto& rules = settings.lfs_suffix_rules) {
    const auto json = *rules ? std::optional(suffixes_as_json(**rules)) : std::nullopt;
    TRY(set_column(connection, id, "lfs_suffix_rules", json));
  }
  return {};
}

}  // namespace

Task<Result<>> change_settings(Hub& hub, const RepoAdmin& repo, RepoSettings settings) {
  CO_TRY(check_settings(settings));
  co_return co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    const auto id = repo.repo().id;
    const auto before = TRY(find_repo_by_id(connection, id));
    TRY(store_settings(connection, id, settings));
    if (!before || settings.private_.value_or(before->private_) == before->private_) return {};
    return check_quota(connection, hub.config, id);
  });
}

}  // namespace kohaku::hub
