// The link in the letter that confirms an e-mail address.
//
//   GET /api/auth/verify-email?token=
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

// 302 to the user's page with a session, or to the front page with ?error=invalid_token&message=.
Result<http::Reply> verify_email(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
