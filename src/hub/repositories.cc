#include "hub/repositories.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/log.h"

namespace kohaku::hub {
namespace {

std::unexpected<Error> name_taken(RepoType type, std::string_view full_name) {
  return fail(Code::repo_exists, fmt::format("A {} repository called {} already exists",
                                             to_string(type), full_name));
}

// Ids are never given twice, since directories bear them.
Result<RepoId> next_repo_id(db::Connection& connection) {
  TRY(connection.sql("UPDATE sequence SET next_value = next_value + 1 WHERE name = 'repository'").run());
  const auto row = TRY(connection.sql("SELECT next_value FROM sequence WHERE name = 'repository'")
                           .first<std::int64_t>());
  if (!row) return fail_internal("the table sequence has no row for repositories");
  return RepoId{std::get<0>(*row) - 1};
}

Result<> check_name_is_free(db::Connection& connection, RepoType type, const RepoName& name) {
  if (const auto taken = TRY(find_repo(connection, type, name))) {
    return name_taken(type, taken->full_name());
  }
  return {};
}

// Whoever takes a name ends the redirect that stood there.
Result<> end_redirect(db::Connection& connection, RepoType type, const RepoName& name) {
  TRY(connection
          .sql("DELETE FROM repository_redirect WHERE type = ?1 AND owner_lookup = ?2 AND lookup_name = ?3")
          .bind(to_string(type), normalize_name(name.owner), normalize_name(name.name))
          .run());
  return {};
}

Result<> insert_repo(db::Connection& connection, const Repo& repo) {
  const RepoName name{repo.owner, repo.name};
  TRY(check_name_is_free(connection, repo.type, name));
  TRY(end_redirect(connection, repo.type, name));
  TRY(connection
          .sql("INSERT INTO repository (id, type, owner_id, name, lookup_name, private, sdk, "
               "created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)")
          .bind(repo.id, to_string(repo.type), repo.owner_id, repo.name, normalize_name(repo.name),
                repo.private_, repo.sdk, repo.created_at)
          .run());
  return {};
}

Result<> check_may_create(db::Connection& connection, AccountId user, AccountId owner) {
  Caller caller;
  caller.user = User{user, {}};
  if (TRY(role_in(connection, caller, owner)) >= Role::member) return {};
  return fail(Code::forbidden, "You may no longer create repositories in this namespace.");
}

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

void remove_directory(Hub& hub, RepoId id) {
  if (auto removed = hub.repositories.remove(id); !removed) {
    os::log_warning("repository directory not removed", {{"repository", id.value}, {"detail", removed.error().detail}});
  }
}

}  // namespace

Task<Result<Repo>> create_repository(Hub& hub, const NamespaceWriter& owner, NewRepo wanted) {
  // Looked at before anything is written; the transaction looks again.
  const RepoName name{owner.name(), wanted.name};
  CO_TRY(co_await hub.database.read([&](auto& c) { return check_name_is_free(c, wanted.type, name); }));
  const auto id = CO_TRY(co_await hub.database.write([](auto& c) { return next_repo_id(c); }));
  const auto repo = new_row(hub, owner, wanted, id);
  const auto first = co_await prepare_initial_commit(hub, id, owner.user(), repo.default_branch,
                                                     std::move(wanted.files));
  if (!first) {
    co_await hub.pool.run([&] { remove_directory(hub, id); });
    co_return std::unexpected(first.error());
  }
  const auto inserted = co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    TRY(check_may_create(connection, owner.user().id, owner.id()));
    TRY(insert_repo(connection, repo));
    return record_initial_commit(connection, *first, repo.created_at);
  });
  if (!inserted) {
    co_await hub.pool.run([&] { remove_directory(hub, id); });
    co_return std::unexpected(inserted.error());
  }
  co_return repo;
}

Task<Result<>> delete_repository(Hub& hub, const RepoAdmin& admin) {
  const auto id = admin.repo().id;
  CO_TRY(co_await hub.database.write([id](db::Connection& connection) -> Result<> {
    const auto deleted = TRY(connection.sql("DELETE FROM repository WHERE id = ?1").bind(id).run());
    if (deleted == 0) return fail(Code::repo_not_found, "The repository was not found.");
    return {};
  }));
  co_await hub.pool.run([&] { remove_directory(hub, id); });
  co_return Result<>{};
}

namespace {

Result<> rename_row(db::Connection& connection, const Repo& repo, AccountId owner,
                    const RepoName& to) {
  const auto taken = TRY(find_repo(connection, repo.type, to));
  if (taken && taken->id != repo.id) return name_taken(repo.type, taken->full_name());
  TRY(end_redirect(connection, repo.type, to));
  const bool same_lookup = normalize_name(repo.owner) == normalize_name(to.owner) &&
                           normalize_name(repo.name) == normalize_name(to.name);
  if (!same_lookup) {
    TRY(end_redirect(connection, repo.type, {repo.owner, repo.name}));
    TRY(connection
            .sql("INSERT INTO repository_redirect (type, owner_lookup, lookup_name, repo_id) "
                 "VALUES (?1, ?2, ?3, ?4)")
            .bind(to_string(repo.type), normalize_name(repo.owner), normalize_name(repo.name), repo.id)
            .run());
  }
  const auto changed =
      TRY(connection.sql("UPDATE repository SET owner_id = ?1, name = ?2, lookup_name = ?3 WHERE id = ?4")
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
    return rename_row(connection, *current, to.id(), target);
  }));
  repo.owner_id = to.id();
  repo.owner = target.owner;
  repo.name = target.name;
  repo.moved = false;
  co_return repo;
}

namespace {

Result<> check_suffix(std::string_view suffix) {
  const bool plain = std::ranges::all_of(suffix, [](char c) {
    return c > 0x20 && c < 0x7F && c != '/' && c != '\\' && c != '*' && c != '"';
  });
  if (suffix.size() >= 2 && suffix.size() <= 64 && suffix.starts_with('.') && plain) return {};
  return fail(Code::bad_request, "Each of lfs_suffix_rules must look like '.gguf': a dot and a suffix.");
}

Result<> check_settings(const RepoSettings& settings) {
  if (settings.gated && *settings.gated != "false" && *settings.gated != "auto" && *settings.gated != "manual") {
    return fail(Code::bad_request, "'gated' must be auto, manual or false.");
  }
  if (const auto& wanted = settings.lfs_threshold_bytes; wanted && *wanted) {
    if (**wanted < 1'000'000 || **wanted > 100'000'000) {
      return fail(Code::bad_request, "'lfs_threshold_bytes' must be from 1000000 to 100000000.");
    }
  }
  if (const auto& wanted = settings.lfs_keep_versions; wanted && *wanted) {
    if (**wanted < 2 || **wanted > 1'000'000) {
      return fail(Code::bad_request, "'lfs_keep_versions' must be at least 2.");
    }
  }
  if (const auto& wanted = settings.lfs_suffix_rules; wanted && *wanted) {
    if ((*wanted)->size() > 100) return fail(Code::bad_request, "At most 100 lfs_suffix_rules are kept.");
    for (const auto& suffix : **wanted) TRY(check_suffix(suffix));
  }
  return {};
}

// ["…","…"]; the suffixes hold nothing that JSON would escape.
std::string suffixes_as_json(const std::vector<std::string>& suffixes) {
  return suffixes.empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(suffixes, "\",\""));
}

template <class T>
Result<> set_column(db::Connection& connection, RepoId id, std::string_view column, const T& value) {
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
  co_return co_await hub.database.write([&](db::Connection& connection) {
    return store_settings(connection, repo.repo().id, settings);
  });
}

}  // namespace kohaku::hub
