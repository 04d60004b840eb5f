// Signing in with a cookie, and out again.
//
//   POST /api/auth/login    {username, password}
//   POST /api/auth/logout
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"
#include "hub/sessions.h"

namespace kohaku::api {

struct LoginRequest {
  std::string username;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (username, password))

struct LoginReply {
  bool success = true;
  std::string message = "Logged in successfully";
  std::string username;
  std::string session_secret;  // what forms of this session send back; not the cookie's value
};
BOOST_DESCRIBE_STRUCT(LoginReply, (), (success, message, username, session_secret))

struct LogoutReply {
  bool success = true;
  std::string message = "Logged out successfully";
};
BOOST_DESCRIBE_STRUCT(LogoutReply, (), (success, message))

// Gives the browser the cookie of this session: HttpOnly, SameSite=Lax, Secure behind https.
void set_session_cookie(http::Reply& reply, const Call& call, const hub::Session& session);

// 401 for a wrong name or password, 403 for an account that may not, 429 after too many failures.
Task<Result<http::Reply>> log_in(hub::Anyone anyone, Call& call, Body<LoginRequest> body);

Result<http::Reply> log_out(const hub::SignedInWriter& user, Call& call);

}  // namespace kohaku::api
