// Signing in a program, as the user sees it: one plain page in a browser.
//
//   GET  /oauth/device?user_code=    sign in, or enter the code, or decide about it
//   POST /oauth/device/sign-in       {username, password, user_code}
//   POST /oauth/device/decide        {user_code, csrf, decision: approve|deny}
// Only a session cookie counts as signed in here. A decision needs an origin of ours and the token of
// this session's own page, so that no other site can make it.
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

Result<http::Reply> device_page(const hub::Anyone& anyone, Call& call);
Task<Result<http::Reply>> device_sign_in(hub::Anyone anyone, Call& call);
Task<Result<http::Reply>> device_decide(hub::Anyone anyone, Call& call);

}  // namespace kohaku::api
