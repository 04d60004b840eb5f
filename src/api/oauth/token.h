// Signing in a program, as the program sees it (RFC 8628).
//
//   POST /oauth/device   {client_id}                            a code for the user, one for the program
//   POST /oauth/token    {grant_type, device_code, client_id}   the token, once the user approved
// Both take a form, and JSON as well. Failures of the second have the `error` words of the RFC.
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct DeviceCodeReply {
  std::string device_code;
  std::string user_code;
  std::string verification_uri;
  std::string verification_uri_complete;
  std::int64_t expires_in = 0;
  std::int64_t interval = 0;
};
BOOST_DESCRIBE_STRUCT(DeviceCodeReply, (),
                      (device_code, user_code, verification_uri, verification_uri_complete,
                       expires_in, interval))

struct OAuthTokenReply {
  std::string access_token;
  std::string token_type = "bearer";
  Omittable<std::int64_t> expires_in;
};
BOOST_DESCRIBE_STRUCT(OAuthTokenReply, (), (access_token, token_type, expires_in))

struct OAuthErrorReply {
  std::string error;
  std::string error_description;
};
BOOST_DESCRIBE_STRUCT(OAuthErrorReply, (), (error, error_description))

Task<Result<http::Reply>> begin_device_login(hub::Anyone anyone, Call& call);
Task<Result<http::Reply>> give_token(hub::Anyone anyone, Call& call);

}  // namespace kohaku::api
