// How much the repositories of a namespace hold (`hf repos ls`).
//
//   GET /api/settings/repositories                       the caller's own
//   GET /api/organizations/{org}/settings/repositories   an organization's they belong to
#pragma once

#include "api/call.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

Result<http::Reply> list_own_storage(const hub::SignedIn& user, Call& call);
Result<http::Reply> list_organization_storage(const hub::SignedIn& user, Call& call);

}  // namespace kohaku::api
