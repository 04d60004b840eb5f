#include "api/organizations/members.h"

#include <fmt/format.h>

#include "api/paging.h"
#include "api/users/avatar.h"
#include "hub/accounts.h"
#include "hub/organizations.h"

namespace kohaku::api {
namespace {

constexpr std::size_t most_members = 10'000;  // of the list without pages
constexpr std::size_t page_size = 500;

Result<std::vector<hub::Member>> read_members(Call& call, AccountId after, std::size_t limit) {
  return call.hub.database.read_now(
      [&](db::Connection& connection) -> Result<std::vector<hub::Member>> {
        const auto org = TRY(hub::require_organization(connection, call.path.value("org")));
        return hub::list_members(connection, org.id, after, limit);
      });
}

MemberOverview overview_of(const Call& call, const hub::Member& member) {
  return {.user = member.name,
          .fullname = member.full_name.empty() ? member.name : member.full_name,
          .avatarUrl = user_avatar_url(call, member.name),
          .role = std::string(hub::to_string(member.role))};
}

}  // namespace

Result<MembersReply> members(const hub::Anyone&, Call& call) {
  MembersReply reply;
  for (const auto& member : TRY(read_members(call, {}, most_members))) {
    reply.members.push_back({member.name, std::string(hub::to_string(member.role))});
  }
  return reply;
}

Result<http::Reply> member_overviews(const hub::Anyone&, Call& call) {
  const auto limit = TRY(page_limit(call, page_size, page_size));
  const AccountId after{TRY(call.query.integer("cursor", 0, 0, INT64_MAX))};
  auto found = TRY(read_members(call, after, limit + 1));
  const bool has_more = found.size() > limit;
  if (has_more) found.resize(limit);
  std::vector<MemberOverview> overviews;
  overviews.reserve(found.size());
  for (const auto& member : found) overviews.push_back(overview_of(call, member));
  auto reply = http::json_reply(200, to_json(overviews));
  if (has_more) set_next_page(reply, call, fmt::format("{}", found.back().user.value));
  return reply;
}

Result<MemberChanged> add_member(const hub::OrgAdmin& admin, hub::Hub& hub,
                                 const Body<AddMemberRequest>& body) {
  const auto role = TRY(hub::parse_role(body->role.value_or("member")));
  TRY(hub::add_member(hub, admin, body->username, role));
  return MemberChanged{.message = "Member added"};
}

Result<MemberChanged> change_role(const hub::OrgAdmin& admin, Call& call,
                                  const Body<ChangeRoleRequest>& body) {
  const auto role = TRY(hub::parse_role(body->role));
  TRY(hub::change_role(call.hub, admin, call.path.value("username"), role));
  return MemberChanged{.message = "Member role updated"};
}

Result<MemberChanged> remove_member(const hub::SignedInWriter& user, Call& call) {
  TRY(hub::remove_member(call.hub, user, call.path.value("org"), call.path.value("username")));
  return MemberChanged{.message = "Member removed"};
}

}  // namespace kohaku::api
