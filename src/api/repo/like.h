// Liking a repository.
//
//   POST    /api/{type}s/{repo}/like    {"success","message","likes_count"}; twice is once
//   DELETE  /api/{type}s/{repo}/like    the same
//   GET     /api/{type}s/{repo}/like    {"liked"}; false for an anonymous caller
//
// also without /api.
#pragma once

#include <cstdint>
#include <string>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

struct LikeReply {
  bool success = true;
  std::string message;
  std::int64_t likes_count = 0;
};
BOOST_DESCRIBE_STRUCT(LikeReply, (), (success, message, likes_count))

struct LikedReply {
  bool liked = false;
};
BOOST_DESCRIBE_STRUCT(LikedReply, (), (liked))

Task<Result<LikeReply>> like(hub::SignedInWriter user, hub::ReadableRepo repo, Call& call);
Task<Result<LikeReply>> unlike(hub::SignedInWriter user, hub::ReadableRepo repo, Call& call);
Task<Result<LikedReply>> is_liked(hub::ReadableRepo repo, Call& call);

}  // namespace kohaku::api
