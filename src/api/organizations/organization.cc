#include "api/organizations/organization.h"

#include "api/users/avatar.h"
#include "hub/account_repos.h"
#include "hub/accounts.h"
#include "hub/organizations.h"

namespace kohaku::api {

Result<CreateOrganizationReply> create_organization(const hub::SignedInWriter& user, hub::Hub& hub,
                                                    const Body<CreateOrganizationRequest>& body) {
  auto name =
      TRY(hub::create_organization(hub, user.user(), body->name, body->description.value_or("")));
  return CreateOrganizationReply{.name = std::move(name)};
}

Result<OrganizationReply> organization(const hub::Anyone& anyone, Call& call) {
  return call.hub.database.read_now([&](db::Connection& connection) -> Result<OrganizationReply> {
    auto account = TRY(hub::require_organization(connection, call.path.value("org")));
    const auto counts = TRY(hub::count_repos(connection, anyone.caller(), account.id));
    return OrganizationReply{
        .name = std::move(account.name),
        .description = std::move(account.description),
        .created_at = account.created_at,
        .repo_count = {counts.models, counts.datasets, counts.spaces, counts.total()},
    };
  });
}

Result<OrganizationsOfUser> organizations_of_user(const hub::Anyone&, Call& call) {
  return call.hub.database.read_now([&](db::Connection& connection) -> Result<OrganizationsOfUser> {
    const auto account = TRY(hub::require_user(connection, call.path.value("user")));
    OrganizationsOfUser reply;
    for (const auto& membership : TRY(hub::list_memberships(connection, account.id))) {
      reply.organizations.push_back(
          {membership.name, membership.description, std::string(hub::to_string(membership.role))});
    }
    return reply;
  });
}

Result<OrganizationOverview> organization_overview(const hub::Anyone& anyone, Call& call) {
  return call.hub.database.read_now(
      [&](db::Connection& connection) -> Result<OrganizationOverview> {
        const auto account = TRY(hub::require_organization(connection, call.path.value("org")));
        const auto counts = TRY(hub::count_repos(connection, anyone.caller(), account.id));
        OrganizationOverview overview;
        overview.name = account.name;
        overview.fullname = account.full_name.empty() ? account.name : account.full_name;
        overview.avatarUrl = organization_avatar_url(call, account.name);
        overview.details = account.description;
        overview.numUsers = TRY(hub::count_members(connection, account.id));
        overview.numModels = counts.models;
        overview.numDatasets = counts.datasets;
        overview.numSpaces = counts.spaces;
        overview.createdAt = account.created_at;
        return overview;
      });
}

Result<std::vector<Follower>> organization_followers(const hub::Anyone&, Call& call) {
  TRY(call.hub.database.read_now(
      [&](auto& c) { return hub::require_organization(c, call.path.value("org")); }));
  return std::vector<Follower>{};
}

}  // namespace kohaku::api
