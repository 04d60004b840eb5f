// Organizations and their members (decision 26): a visitor reads, a member reads, creates and
// commits, an admin does all of it, a super-admin also removes admins. Nobody grants above their own
// role; an organization always keeps a super-admin. Who is a member is public.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

// One user's place in an organization, seen from the user.
struct Membership {
  AccountId org;
  std::string name;
  std::string full_name;
  std::string description;
  Role role = Role::none;
};
Result<std::vector<Membership>> list_memberships(db::Connection& connection, AccountId user);

// The same, seen from the organization.
struct Member {
  AccountId user;
  std::string name;
  std::string full_name;
  Role role = Role::none;
};
// In the order of their ids: at most `limit` after the user `after`.
Result<std::vector<Member>> list_members(db::Connection& connection, AccountId org, AccountId after,
                                         std::size_t limit);
Result<std::int64_t> count_members(db::Connection& connection, AccountId org);

// "visitor", "member", "admin", "super-admin"; bad_request for anything else.
Result<Role> parse_role(std::string_view text);

// The calls below block until durable; each checks the rights of the acting user in its transaction.

// The creator becomes super-admin. bad_request for a name that cannot be had. Gives its name.
Result<std::string> create_organization(Hub& hub, const User& creator, const std::string& name,
                                        const std::string& description);

// conflict when the user is a member already.
Result<> add_member(Hub& hub, const OrgAdmin& admin, std::string_view user, Role role);
Result<> change_role(Hub& hub, const OrgAdmin& admin, std::string_view user, Role role);
// Removes somebody, or lets the caller leave.
Result<> remove_member(Hub& hub, const SignedInWriter& caller, std::string_view org,
                       std::string_view user);

}  // namespace kohaku::hub
