#include "hub/new_repo.h"

#include <fmt/format.h>

#include "os/log.h"

namespace kohaku::hub {

// Ids are never given twice, since directories bear them.
Result<RepoId> next_repo_id(db::Connection& connection) {
  TRY(connection.sql("UPDATE sequence SET next_value = next_value + 1 WHERE name = 'repository'")
          .run());
  const auto row = TRY(connection.sql("SELECT next_value FROM sequence WHERE name = 'repository'")
                           .first<std::int64_t>());
  if (!row) return fail_internal("the table sequence has no row for repositories");
  return RepoId{std::get<0>(*row) - 1};
}

Result<> check_name_is_free(db::Connection& connection, RepoType type, const RepoName& name) {
  if (const auto taken = TRY(find_repo(connection, type, name))) {
    return fail(Code::repo_exists, fmt::format("A {} repository called {} already exists",
                                               to_string(type), taken->full_name()));
  }
  return {};
}

// Whoever takes a name ends the redirect that stood there.
Result<> end_redirect(db::Connection& connection, RepoType type, const RepoName& name) {
  TRY(connection
          .sql("DELETE FROM repository_redirect WHERE type = ?1 AND owner_lookup = ?2 AND "
               "lookup_name = ?3")
          .bind(to_string(type), normalize_name(name.owner), normalize_name(name.name))
          .run());
  return {};
}

Result<> insert_repo(db::Connection& connection, const Repo& repo, AccountId creator) {
  TRY(check_may_create(connection, creator, repo.owner_id));
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

void remove_repo_directory(Hub& hub, RepoId id) {
  if (auto removed = hub.repositories.remove(id); !removed) {
    os::log_warning("repository directory not removed",
                    {{"repository", id.value}, {"detail", removed.error().detail}});
  }
}

}  // namespace kohaku::hub
