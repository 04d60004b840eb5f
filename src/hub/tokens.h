// Access tokens (decision 30): `hf_` and 40 letters and digits, shown once, kept as SHA-256.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/hub.h"
#include "hub/identity_cache.h"

namespace kohaku::hub {

enum class TokenRole { read, write };
std::string_view to_string(TokenRole role);
Result<TokenRole> parse_token_role(std::string_view text);  // bad_request

struct Token {
  TokenId id;
  std::string name;
  TokenRole role = TokenRole::write;
  Micros created_at;
  std::optional<Micros> last_used;
  std::optional<Micros> expires_at;
};

// A token with the secret that its owner sees this once.
struct NewToken {
  Token token;
  std::string secret;
};

bool looks_like_token(std::string_view text);  // starts with hf_
Sha256 secret_hash(std::string_view secret);   // what is stored of tokens and cookies

// Made before a transaction that may run more than once, inserted within it.
NewToken make_token(const Hub& hub, std::string name, TokenRole role);
Result<> insert_token(db::Connection& connection, AccountId user, NewToken& token);

// bad_request for an empty or overlong name. Blocks until durable.
Result<NewToken> create_token(Hub& hub, AccountId user, std::string name, TokenRole role);
Result<std::vector<Token>> list_tokens(db::Connection& connection, AccountId user);
// not_found unless the token is this user's. Blocks until durable.
Result<> revoke_token(Hub& hub, AccountId user, TokenId token);

// Whose token this is: of an active user and not expired at `now`.
Result<std::optional<Identity>> find_token(db::Connection& connection, const Sha256& hash,
                                           Micros now);
// Notes the use of a token, later and at most once a minute; its failure is nobody's.
void touch_token(Hub& hub, const Identity& identity);

}  // namespace kohaku::hub
