// The repositories that a user likes, newest first, in pages; those that the caller may not know of
// are neither listed nor counted.
//
//   GET  /api/users/{user}/likes   [{"createdAt","repo":{"name","type"}}], all of them in X-Total-Count
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct LikedRepoName {
  std::string name;
  std::string type;
};
BOOST_DESCRIBE_STRUCT(LikedRepoName, (), (name, type))

struct UserLike {
  Micros createdAt;
  LikedRepoName repo;
};
BOOST_DESCRIBE_STRUCT(UserLike, (), (createdAt, repo))

Result<http::Reply> user_likes(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
