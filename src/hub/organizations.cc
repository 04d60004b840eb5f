#include "hub/organizations.h"

#include <fmt/format.h>

#include "base/repo_name.h"
#include "base/repo_path.h"
#include "hub/accounts.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t longest_description = 2000;

Result<Role> role_of(db::Connection& connection, AccountId org, AccountId user) {
  const auto row =
      TRY(connection.sql("SELECT role FROM membership WHERE org_id = ?1 AND user_id = ?2")
              .bind(org, user)
              .first<std::string>());
  return row ? role_from(std::get<0>(*row)) : Role::none;
}

// Who acts upon whom, as the database has it at this moment.
struct Act {
  Account org;
  Account target;
  AccountId actor;
  Role actor_role = Role::none;
  Role target_role = Role::none;

  bool on_oneself() const { return actor == target.id; }
};

Result<Act> read_act(db::Connection& connection, std::string_view org, AccountId actor,
                     std::string_view target) {
  Act act;
  act.org = TRY(require_organization(connection, org));
  act.target = TRY(require_user(connection, target));
  act.actor = actor;
  act.actor_role = TRY(role_of(connection, act.org.id, actor));
  act.target_role = TRY(role_of(connection, act.org.id, act.target.id));
  return act;
}

Result<> require_admin(const Act& act) {
  if (act.actor_role >= Role::admin) return {};
  return fail(Code::forbidden, fmt::format("You do not administer '{}'.", act.org.name));
}

Result<> require_grantable(const Act& act, Role role) {
  if (role <= act.actor_role) return {};
  return fail(Code::forbidden, "You cannot grant a role above your own.");
}

Result<> require_membership(const Act& act) {
  if (act.target_role != Role::none) return {};
  return fail(Code::not_found,
              fmt::format("'{}' is not a member of '{}'.", act.target.name, act.org.name));
}

// Admins and super-admins are touched by super-admins only, and by themselves.
Result<> require_reach(const Act& act) {
  if (act.on_oneself() || act.target_role < Role::admin) return {};
  if (act.actor_role == Role::super_admin) return {};
  return fail(Code::forbidden, "Only a super-admin can change or remove an admin.");
}

Result<> require_another_super_admin(db::Connection& connection, const Act& act) {
  if (act.target_role != Role::super_admin) return {};
  const auto other = TRY(connection
                             .sql("SELECT user_id FROM membership WHERE org_id = ?1 AND "
                                  "role = 'super-admin' AND user_id <> ?2 LIMIT 1")
                             .bind(act.org.id, act.target.id)
                             .first<AccountId>());
  if (other) return {};
  return fail(Code::bad_request,
              "The last super-admin cannot leave or be demoted. Name another one first.");
}

Result<> insert_membership(db::Connection& connection, AccountId org, AccountId user, Role role,
                           Micros now) {
  TRY(connection
          .sql("INSERT INTO membership (org_id, user_id, role, created_at) VALUES (?1, ?2, ?3, ?4)")
          .bind(org, user, to_string(role), now)
          .run());
  return {};
}

}  // namespace

Result<Role> parse_role(std::string_view text) {
  const auto role = role_from(text);
  if (role != Role::none) return role;
  return fail(Code::bad_request, "The role must be 'visitor', 'member', 'admin' or 'super-admin'.");
}

Result<std::vector<Membership>> list_memberships(db::Connection& connection, AccountId user) {
  auto row = connection
                 .sql("SELECT a.id, a.name, a.full_name, a.description, m.role FROM membership m "
                      "JOIN account a ON a.id = m.org_id WHERE m.user_id = ?1 "
                      "ORDER BY a.lookup_name")
                 .bind(user);
  std::vector<Membership> memberships;
  while (TRY(row.step())) {
    memberships.push_back({row.get<AccountId>(0), row.get<std::string>(1), row.get<std::string>(2),
                           row.get<std::string>(3), role_from(row.get<std::string>(4))});
  }
  return memberships;
}

Result<std::vector<Member>> list_members(db::Connection& connection, AccountId org, AccountId after,
                                         std::size_t limit) {
  auto row = connection
                 .sql("SELECT a.id, a.name, a.full_name, m.role FROM membership m "
                      "JOIN account a ON a.id = m.user_id WHERE m.org_id = ?1 AND m.user_id > ?2 "
                      "ORDER BY m.user_id LIMIT ?3")
                 .bind(org, after, limit);
  std::vector<Member> members;
  while (TRY(row.step())) {
    members.push_back({row.get<AccountId>(0), row.get<std::string>(1), row.get<std::string>(2),
                       role_from(row.get<std::string>(3))});
  }
  return members;
}

Result<std::int64_t> count_members(db::Connection& connection, AccountId org) {
  const auto row = TRY(connection.sql("SELECT count(*) FROM membership WHERE org_id = ?1")
                           .bind(org)
                           .first<std::int64_t>());
  return row ? std::get<0>(*row) : 0;
}

Result<std::string> create_organization(Hub& hub, const User& creator, const std::string& name,
                                        const std::string& description) {
  if (description.size() > longest_description || !is_utf8(description)) {
    return fail(Code::bad_request, "The description is at most 2,000 bytes of text.");
  }
  const auto now = hub.clock.now();
  return hub.database.write_now([&](db::Connection& connection) -> Result<std::string> {
    if (const auto refusal = TRY(refuse_account_name(connection, name))) {
      return fail(Code::bad_request, refusal->message);
    }
    TRY(connection
            .sql("INSERT INTO account (kind, name, lookup_name, description, created_at) "
                 "VALUES ('org', ?1, ?2, ?3, ?4)")
            .bind(name, normalize_name(name), description, now)
            .run());
    const AccountId org{connection.last_insert_id()};
    TRY(insert_membership(connection, org, creator.id, Role::super_admin, now));
    return name;
  });
}

Result<> add_member(Hub& hub, const OrgAdmin& admin, std::string_view user, Role role) {
  const auto now = hub.clock.now();
  return hub.database.write_now([&](db::Connection& connection) -> Result<> {
    const auto act = TRY(read_act(connection, admin.name(), admin.user().id, user));
    TRY(require_admin(act));
    TRY(require_grantable(act, role));
    if (act.target_role != Role::none) {
      return fail(Code::conflict,
                  fmt::format("'{}' is a member of '{}' already.", act.target.name, act.org.name));
    }
    return insert_membership(connection, act.org.id, act.target.id, role, now);
  });
}

Result<> change_role(Hub& hub, const OrgAdmin& admin, std::string_view user, Role role) {
  return hub.database.write_now([&](db::Connection& connection) -> Result<> {
    const auto act = TRY(read_act(connection, admin.name(), admin.user().id, user));
    TRY(require_admin(act));
    TRY(require_membership(act));
    TRY(require_reach(act));
    TRY(require_grantable(act, role));
    if (role != Role::super_admin) TRY(require_another_super_admin(connection, act));
    TRY(connection.sql("UPDATE membership SET role = ?1 WHERE org_id = ?2 AND user_id = ?3")
            .bind(to_string(role), act.org.id, act.target.id)
            .run());
    return {};
  });
}

Result<> remove_member(Hub& hub, const SignedInWriter& caller, std::string_view org,
                       std::string_view user) {
  return hub.database.write_now([&](db::Connection& connection) -> Result<> {
    const auto act = TRY(read_act(connection, org, caller.user().id, user));
    if (!act.on_oneself()) TRY(require_admin(act));
    TRY(require_membership(act));
    TRY(require_reach(act));
    TRY(require_another_super_admin(connection, act));
    TRY(connection.sql("DELETE FROM membership WHERE org_id = ?1 AND user_id = ?2")
            .bind(act.org.id, act.target.id)
            .run());
    return {};
  });
}

}  // namespace kohaku::hub
