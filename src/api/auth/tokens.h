// A user's own access tokens.
//
//   GET    /api/auth/tokens
//   POST   /api/auth/tokens/create   {name, role?}
//   DELETE /api/auth/tokens/{id}
#pragma once

#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct TokenReply {
  TokenId id;
  std::string name;
  std::string role;
  std::optional<Micros> last_used;
  Micros created_at;
  std::optional<Micros> expires_at;
};
BOOST_DESCRIBE_STRUCT(TokenReply, (), (id, name, role, last_used, created_at, expires_at))

struct TokensReply {
  std::vector<TokenReply> tokens;
};
BOOST_DESCRIBE_STRUCT(TokensReply, (), (tokens))

struct CreateTokenRequest {
  std::string name;
  std::optional<std::string> role;  // "read" or "write"; write when it is not given
};
BOOST_DESCRIBE_STRUCT(CreateTokenRequest, (), (name, role))

struct CreateTokenReply {
  bool success = true;
  std::string token;  // shown this once
  TokenId token_id;
  std::string role;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(CreateTokenReply, (), (success, token, token_id, role, message))

struct RevokeTokenReply {
  bool success = true;
  std::string message = "Token revoked";
};
BOOST_DESCRIBE_STRUCT(RevokeTokenReply, (), (success, message))

Result<TokensReply> tokens(const hub::SignedIn& user, hub::Hub& hub);
Result<CreateTokenReply> create_token(const hub::SignedInWriter& user, hub::Hub& hub,
                                      const Body<CreateTokenRequest>& body);
// 404 for a token that is not the caller's own.
Result<RevokeTokenReply> revoke_token(const hub::SignedInWriter& user, Call& call);

}  // namespace kohaku::api
