// A user's side of a gate: asking for access, and taking the request back.
//
//   POST  /api/{type}s/{repo}/user-access-request          {"status"}: pending, or accepted at once
//   POST  /{repo}/ask-access                               the same as a page's form sends it: 303
//         also below /models, /datasets, /spaces
//   POST  /api/{type}s/{repo}/user-access-request/cancel   {"ok":true}; a pending request vanishes
//
// The body, a form or a JSON object, may be empty; what it holds is shown to those who decide.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> ask_access(hub::SignedInWriter user, hub::ReadableRepo repo, Call& call);
Task<Result<http::Reply>> ask_access_by_form(hub::SignedInWriter user, hub::ReadableRepo repo,
                                             Call& call);
Task<Result<http::Reply>> cancel_own_request(hub::SignedInWriter user, hub::ReadableRepo repo,
                                             Call& call);

}  // namespace kohaku::api
