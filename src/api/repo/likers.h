// Who likes a repository, newest first, in pages.
//
//   GET  /api/{type}s/{repo}/likers?limit    {"likers":[{"user","fullname",…}],"total"}
//
// also without /api. Hugging Face clients parse a bare array, and get one (decision 5).
#pragma once

#include <string>

#include "api/call.h"
#include "api/json.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

// Under the names of the clients and under those of KohakuHub's own.
struct LikerItem {
  std::string user;
  std::string username;
  std::string fullname;
  std::string full_name;
  std::string avatarUrl;
  std::string type = "user";
};
BOOST_DESCRIBE_STRUCT(LikerItem, (), (user, username, fullname, full_name, avatarUrl, type))

// The one place where an answer's shape depends on who asks: true for huggingface_hub.
bool wants_bare_likers(const http::Request& request);

Result<http::Reply> likers(const hub::ReadableRepo& repo, Call& call);

}  // namespace kohaku::api
