#include "hub/access.h"

#include <fmt/format.h>

#include "hub/current_caches.h"

namespace kohaku::hub {
namespace {

// The same words for what is missing and for what is private to others (decision 27).
std::unexpected<Error> no_such_repo(RepoType type, const RepoName& name) {
  return fail(Code::repo_not_found,
              fmt::format("Repository '{}' ({}) was not found.", name.full(), to_string(type)));
}

std::unexpected<Error> not_signed_in(const Caller& caller) {
  if (caller.bad_credentials || caller.only_repo) {
    return fail(Code::bad_credentials, "Invalid credentials in Authorization header");
  }
  return fail(Code::unauthorized, "Not authenticated");
}

bool has_gate(const Repo& repo, Role role) { return repo.gated != "false" && role < Role::visitor; }

// Asked for only where it decides something.
Result<std::optional<AccessStatus>> access_in(db::Connection& connection, const Caller& caller,
                                              const Repo& repo, Role role) {
  if (!has_gate(repo, role) || !caller.user) return std::nullopt;
  return find_access_status(connection, repo.id, caller.user->id);
}

using Seen = std::shared_ptr<const SeenRepo>;

Result<Seen> look_up(db::Connection& connection, const Caller& caller, RepoType type,
                     const RepoName& name) {
  auto repo = TRY(find_repo(connection, type, name));
  if (!repo) repo = TRY(find_moved_repo(connection, type, name));
  if (!repo) return no_such_repo(type, name);
  const auto role = TRY(role_in(connection, caller, repo->owner_id));
  if (repo->private_ && role < Role::visitor) return no_such_repo(type, name);
  const auto access = TRY(access_in(connection, caller, *repo, role));
  return std::make_shared<const SeenRepo>(std::move(*repo), role, access);
}

std::shared_ptr<const Repo> repo_of(Seen seen) {
  const auto& repo = seen->repo;
  return {std::move(seen), &repo};
}

Result<Seen> see(Hub& hub, const Caller& caller, RepoType type, const RepoName& name) {
  const SeenKey key{caller.user ? caller.user->id : AccountId{}, type, name.full()};
  auto seen = TRY(hub.current->repos.get(hub.database, key, [&](auto& connection) {
    return look_up(connection, caller, type, name);
  }));
  if (caller.only_repo && *caller.only_repo != seen->repo.id) return no_such_repo(type, name);
  return seen;
}

// Why a caller stands before the gate, and what they can do about it.
std::string gate_message(const Repo& repo, std::optional<AccessStatus> access) {
  const auto name = fmt::format("{} {}", to_string(repo.type), repo.full_name());
  if (access == AccessStatus::pending) {
    return fmt::format("Your request to access {} is awaiting a review from the repo authors.",
                       name);
  }
  if (access == AccessStatus::rejected) {
    return fmt::format("Your request to access {} has been rejected by the repo's authors.", name);
  }
  return fmt::format("Access to {} is restricted and you are not in the authorized list. Sign in "
                     "and ask for access by POST /api/{}/{}/user-access-request.",
                     name, plural(repo.type), repo.full_name());
}

Result<> check_gate(const SeenRepo& seen, const Caller& caller) {
  if (!has_gate(seen.repo, seen.role) || seen.access == AccessStatus::accepted) return {};
  return fail(caller.user ? Code::gated_repo : Code::gated_repo_anonymous,
              gate_message(seen.repo, seen.access));
}

// What a change needs besides the role: a sign-in that may write.
Result<> check_writer(const Caller& caller) {
  if (!caller.user) return not_signed_in(caller);
  if (!caller.may_write && caller.credential == CredentialKind::session) {
    return fail(Code::forbidden,
                "A change made with a session cookie must come from a page of this site.");
  }
  if (!caller.may_write) {
    return fail(Code::forbidden, "This token may only read. Use a token with the role 'write'.");
  }
  return {};
}

Result<> require_role(const SeenRepo& seen, Role least) {
  if (seen.role >= least) return {};
  return fail(Code::forbidden,
              fmt::format("You do not have the right to do this in '{}'.", seen.repo.full_name()));
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::super_admin: return "super-admin";
    case Role::admin: return "admin";
    case Role::member: return "member";
    case Role::visitor: return "visitor";
    case Role::none: break;
  }
  return "none";
}

Role role_from(std::string_view text) {
  if (text == "super-admin") return Role::super_admin;
  if (text == "admin") return Role::admin;
  if (text == "member") return Role::member;
  if (text == "visitor") return Role::visitor;
  return Role::none;
}

Result<Role> role_in(db::Connection& connection, const Caller& caller, AccountId account) {
  if (!caller.user) return Role::none;
  if (caller.user->id == account) return Role::super_admin;
  const auto row =
      TRY(connection.sql("SELECT role FROM membership WHERE org_id = ?1 AND user_id = ?2")
              .bind(account, caller.user->id)
              .first<std::string>());
  return row ? role_from(std::get<0>(*row)) : Role::none;
}

Result<bool> may_read(db::Connection& connection, const Caller& caller, const Repo& repo) {
  if (!repo.private_) return true;
  return TRY(role_in(connection, caller, repo.owner_id)) >= Role::visitor;
}

Result<bool> may_read_content(db::Connection& connection, const Caller& caller, const Repo& repo) {
  const auto role = TRY(role_in(connection, caller, repo.owner_id));
  if (repo.private_ && role < Role::visitor) return false;
  if (!has_gate(repo, role)) return true;
  return TRY(access_in(connection, caller, repo, role)) == AccessStatus::accepted;
}

Result<bool> may_write(db::Connection& connection, AccountId user, const Repo& repo) {
  Caller caller;
  caller.user = User{user, {}};
  return TRY(role_in(connection, caller, repo.owner_id)) >= Role::member;
}

Result<Anyone> Access::anyone(Caller caller) const {
  if (caller.only_repo) return not_signed_in(caller);
  return Anyone(std::move(caller));
}

Result<SignedIn> Access::signed_in(Caller caller) const {
  if (!caller.user || caller.only_repo) return not_signed_in(caller);
  return SignedIn(std::move(caller));
}

Result<SignedInWriter> Access::signed_in_writer(Caller caller) const {
  if (caller.only_repo) return not_signed_in(caller);
  TRY(check_writer(caller));
  return SignedInWriter(std::move(caller));
}

Result<ReadableRepo> Access::readable(Caller caller, RepoType type, const RepoName& name) const {
  auto seen = TRY(see(hub_, caller, type, name));
  return ReadableRepo(repo_of(std::move(seen)), std::move(caller));
}

Result<ReadableContent> Access::readable_content(Caller caller, RepoType type,
                                                 const RepoName& name) const {
  auto seen = TRY(see(hub_, caller, type, name));
  TRY(check_gate(*seen, caller));
  return ReadableContent(repo_of(std::move(seen)), std::move(caller));
}

Result<WritableRepo> Access::writable(Caller caller, RepoType type, const RepoName& name) const {
  auto seen = TRY(see(hub_, caller, type, name));
  TRY(check_writer(caller));
  TRY(require_role(*seen, Role::member));
  return WritableRepo(repo_of(std::move(seen)), std::move(caller));
}

Result<WritableRepo> Access::writable(const ReadableRepo& readable) const {
  const auto& repo = readable.repo();
  return writable(readable.caller(), repo.type, {repo.owner, repo.name});
}

Result<RepoAdmin> Access::repo_admin(Caller caller, RepoType type, const RepoName& name) const {
  auto seen = TRY(see(hub_, caller, type, name));
  TRY(check_writer(caller));
  TRY(require_role(*seen, Role::admin));
  return RepoAdmin(repo_of(std::move(seen)), std::move(caller));
}

Result<RepoAnalyst> Access::repo_analyst(Caller caller, RepoType type, const RepoName& name) const {
  auto seen = TRY(see(hub_, caller, type, name));
  if (seen->role < Role::admin) return no_such_repo(type, name);
  return RepoAnalyst(repo_of(std::move(seen)), std::move(caller));
}

Result<WritableRepo> Access::writable_by_id(AccountId user, RepoId id) const {
  return hub_.database.read_now([&](db::Connection& connection) -> Result<WritableRepo> {
    auto repo = TRY(find_repo_by_id(connection, id));
    const auto account =
        TRY(connection.sql("SELECT name FROM account WHERE id = ?1 AND is_active <> 0")
                .bind(user)
                .first<std::string>());
    if (!repo || !account || !TRY(may_write(connection, user, *repo))) {
      return fail(Code::repo_not_found, "The repository of this link was not found.");
    }
    Caller caller;
    caller.user = User{user, std::get<0>(*account)};
    caller.may_write = true;
    return WritableRepo(std::make_shared<const Repo>(std::move(*repo)), std::move(caller));
  });
}

namespace {

struct NamespaceRole {
  AccountId id;
  std::string name;
  Role role = Role::none;
};

Result<std::optional<NamespaceRole>> find_namespace(db::Connection& connection,
                                                    const Caller& caller, std::string_view name) {
  auto row = TRY(connection.sql("SELECT id, name FROM account WHERE lookup_name = ?1")
                     .bind(normalize_name(name))
                     .first<AccountId, std::string>());
  if (!row) return std::nullopt;
  auto& [id, canonical] = *row;
  return NamespaceRole{id, std::move(canonical), TRY(role_in(connection, caller, id))};
}

}  // namespace

Result<NamespaceWriter> Access::namespace_writer(Caller caller, std::string_view name) const {
  if (caller.only_repo) return not_signed_in(caller);
  TRY(check_writer(caller));
  auto found =
      TRY(hub_.database.read_now([&](auto& c) { return find_namespace(c, caller, name); }));
  if (!found || found->role < Role::member) {
    return fail(
        Code::forbidden,
        fmt::format("You don't have the rights to create a repository under the namespace '{}'.",
                    name));
  }
  return NamespaceWriter(found->id, std::move(found->name), std::move(*caller.user));
}

Result<OrgAdmin> Access::org_admin(Caller caller, std::string_view name) const {
  if (caller.only_repo) return not_signed_in(caller);
  TRY(check_writer(caller));
  auto found =
      TRY(hub_.database.read_now([&](auto& c) { return find_namespace(c, caller, name); }));
  if (!found) return fail(Code::not_found, fmt::format("Organization '{}' was not found.", name));
  if (found->role < Role::admin) {
    return fail(Code::forbidden, fmt::format("You do not administer '{}'.", found->name));
  }
  return OrgAdmin(found->id, std::move(found->name), std::move(*caller.user), found->role);
}

Result<NamespaceAnalyst> Access::namespace_analyst(Caller caller, std::string_view name) const {
  if (!caller.user || caller.only_repo) return not_signed_in(caller);
  auto found =
      TRY(hub_.database.read_now([&](auto& c) { return find_namespace(c, caller, name); }));
  if (!found || found->role < Role::admin) {
    return fail(Code::not_found, fmt::format("You administer no namespace '{}'.", name));
  }
  return NamespaceAnalyst(found->id, std::move(found->name));
}

}  // namespace kohaku::hub
