// Making an account.
//
//   POST /api/auth/register   {username, email, password}
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct RegisterRequest {
  std::string username;
  std::string email;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(RegisterRequest, (), (username, email, password))

struct RegisterReply {
  bool success = true;
  std::string message;
  bool email_verified = false;
};
BOOST_DESCRIBE_STRUCT(RegisterReply, (), (success, message, email_verified))

// 400 for a name or address that is taken, 403 when the site is by invitation only, 429 for too many.
Task<Result<http::Reply>> register_account(hub::Anyone anyone, Call& call,
                                           Body<RegisterRequest> body);

}  // namespace kohaku::api
