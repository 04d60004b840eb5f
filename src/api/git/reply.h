// Answers as git reads them. Source: gitprotocol-http(5).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace kohaku::api {

// Plain text: git shows it to its user, which it does with nothing else.
http::Reply git_error_reply(const Error& error);

// 200 with this media type, which no cache may keep.
http::Reply git_reply(std::string_view media_type, http::Body body);

}  // namespace kohaku::api
