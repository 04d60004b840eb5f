#include "api/users/avatar.h"

#include <fmt/format.h>

#include "hub/accounts.h"

namespace kohaku::api {

std::string user_avatar_url(const Call& call, std::string_view name) {
  return fmt::format("{}/api/users/{}/avatar", call.base_url(), name);
}

std::string organization_avatar_url(const Call& call, std::string_view name) {
  return fmt::format("{}/api/organizations/{}/avatar", call.base_url(), name);
}

Result<http::Reply> user_avatar(const hub::Anyone&, Call& call) {
  TRY(call.hub.database.read_now(
      [&](auto& c) { return hub::require_user(c, call.path.value("user")); }));
  return fail(Code::not_found, "No avatar set");
}

Result<http::Reply> organization_avatar(const hub::Anyone&, Call& call) {
  TRY(call.hub.database.read_now(
      [&](auto& c) { return hub::require_organization(c, call.path.value("org")); }));
  return fail(Code::not_found, "No avatar set");
}

}  // namespace kohaku::api
