// What clients may ask for and this hub does not offer yet: 501 NotImplemented with a sentence,
// after the same permission check as everything else, so that nothing leaks. What is out of scope
// has no route and is 404.
//
//   GET   /api/{type}s/{repo}/discussions                   an empty list (decision 39)
//   POST  /api/{type}s/{repo}/discussions                   501
//   *     /api/collections…, /api/settings/webhooks…        501
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> no_discussions(hub::ReadableRepo repo, Call& call);
Task<Result<http::Reply>> discussions_not_offered(hub::ReadableRepo repo, Call& call);
Task<Result<http::Reply>> collections_not_offered(hub::Anyone, Call& call);
Task<Result<http::Reply>> webhooks_not_offered(hub::SignedIn, Call& call);

}  // namespace kohaku::api
