// Answers as git-lfs reads them: its media type, and `message` beside our own `error`.
// Source: git-lfs docs/api/batch.md.
#pragma once

#include <string>

#include "base/error.h"
#include "http/message.h"

namespace kohaku::api {

http::Reply lfs_reply(int status, std::string json);
http::Reply lfs_error_reply(const Error& error);

}  // namespace kohaku::api
