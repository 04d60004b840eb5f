// Pictures of users and organizations. None can be set yet.
//
//   GET /api/users/{user}/avatar
//   GET /api/organizations/{org}/avatar
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

std::string user_avatar_url(const Call& call, std::string_view name);
std::string organization_avatar_url(const Call& call, std::string_view name);

// 404 "No avatar set"; 404 with another sentence when there is nobody of this name.
Result<http::Reply> user_avatar(const hub::Anyone& anyone, Call& call);
Result<http::Reply> organization_avatar(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
