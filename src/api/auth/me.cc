#include "api/auth/me.h"

#include <fmt/format.h>

#include "api/users/avatar.h"
#include "base/version.h"
#include "hub/accounts.h"
#include "hub/organizations.h"

namespace kohaku::api {
namespace {

Result<hub::Account> account_of(hub::Hub& hub, const hub::SignedIn& user) {
  auto account =
      TRY(hub.database.read_now([&](auto& c) { return hub::find_account(c, user.user().id); }));
  if (!account) return fail(Code::unauthorized, "Not authenticated");
  return std::move(*account);
}

AuthReply auth_reply(const hub::Caller& caller) {
  switch (caller.credential) {
    case hub::CredentialKind::session: return {.type = "session"};
    case hub::CredentialKind::password: return {.type = "password"};
    case hub::CredentialKind::none:
    case hub::CredentialKind::token: break;
  }
  AuthReply reply{.type = "access_token"};
  reply.accessToken = AccessTokenReply{caller.token_name, caller.may_write ? "write" : "read"};
  return reply;
}

WhoAmIOrg org_reply(const Call& call, const hub::Membership& membership) {
  return {.id = fmt::format("{}", membership.org.value),
          .name = membership.name,
          .fullname = membership.full_name.empty() ? membership.name : membership.full_name,
          .avatarUrl = organization_avatar_url(call, membership.name),
          .roleInOrg = std::string(hub::to_string(membership.role))};
}

}  // namespace

Result<MeReply> me(const hub::SignedIn& user, hub::Hub& hub) {
  auto account = TRY(account_of(hub, user));
  return MeReply{account.id, std::move(account.name), std::move(account.email),
                 account.email_verified, account.created_at};
}

Result<WhoAmIReply> who_am_i(const hub::SignedIn& user, Call& call) {
  auto account = TRY(account_of(call.hub, user));
  const auto memberships = TRY(
      call.hub.database.read_now([&](auto& c) { return hub::list_memberships(c, account.id); }));
  WhoAmIReply reply;
  reply.id = fmt::format("{}", account.id.value);
  reply.name = account.name;
  reply.fullname = account.full_name.empty() ? account.name : account.full_name;
  reply.email = account.email;
  reply.emailVerified = account.email_verified;
  reply.avatarUrl = user_avatar_url(call, account.name);
  for (const auto& membership : memberships) reply.orgs.push_back(org_reply(call, membership));
  reply.auth = auth_reply(user.caller());
  reply.site = {.name = call.hub.config.site_name, .version = std::string(version)};
  return reply;
}

}  // namespace kohaku::api
