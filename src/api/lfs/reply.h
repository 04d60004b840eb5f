// Answers as git-lfs reads them: its media type, and `message` beside our own `error`.
// Source: git-lfs docs/api/batch.md and docs/api/authentication.md.
#pragma once

#include <string>

#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

http::Reply lfs_reply(int status, std::string json);

// A refusal. An anonymous caller gets 401 with a challenge where a sign-in might help, for a private
// repository and for a missing one alike: git asks for credentials only then (decision 27).
http::Reply lfs_refusal(const Error& error, const hub::Caller& caller);

}  // namespace kohaku::api
