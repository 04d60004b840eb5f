#include "hub/tokens.h"

#include <fmt/format.h>

#include <utility>

#include "base/hash.h"
#include "base/repo_path.h"
#include "hub/guards.h"
#include "os/log.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t secret_length = 40;
constexpr std::size_t longest_name = 200;
constexpr std::int64_t seconds_per_day = 86'400;

Result<> check_token_name(std::string_view name) {
  if (name.empty()) return fail(Code::bad_request, "A token needs a name.");
  if (name.size() > longest_name || !is_utf8(name)) {
    return fail(Code::bad_request, "The name of a token is at most 200 bytes of text.");
  }
  return {};
}

}  // namespace

std::string_view to_string(TokenRole role) { return role == TokenRole::read ? "read" : "write"; }

Result<TokenRole> parse_token_role(std::string_view text) {
  if (text == "read") return TokenRole::read;
  if (text == "write") return TokenRole::write;
  return fail(Code::bad_request, "The role of a token is 'read' or 'write'.");
}

bool looks_like_token(std::string_view text) { return text.starts_with("hf_"); }

Sha256 secret_hash(std::string_view secret) { return sha256(secret); }

NewToken make_token(const Hub& hub, std::string name, TokenRole role) {
  NewToken made;
  made.token.name = std::move(name);
  made.token.role = role;
  made.token.created_at = hub.clock.now();
  if (const auto days = hub.config.token_expire_days; days > 0) {
    made.token.expires_at = made.token.created_at.plus_seconds(days * seconds_per_day);
  }
  made.secret = "hf_" + random_text(secret_length);
  return made;
}

Result<> insert_token(db::Connection& connection, AccountId user, NewToken& made) {
  TRY(connection
          .sql("INSERT INTO token (user_id, token_hash, name, role, created_at, expires_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
          .bind(user, secret_hash(made.secret), made.token.name, to_string(made.token.role),
                made.token.created_at, made.token.expires_at)
          .run());
  made.token.id = TokenId{connection.last_insert_id()};
  return {};
}

Result<NewToken> create_token(Hub& hub, AccountId user, std::string name, TokenRole role) {
  TRY(check_token_name(name));
  auto made = make_token(hub, std::move(name), role);
  TRY(hub.database.write_now([&](auto& c) { return insert_token(c, user, made); }));
  return made;
}

Result<std::vector<Token>> list_tokens(db::Connection& connection, AccountId user) {
  auto row = connection
                 .sql("SELECT id, name, role, created_at, last_used, expires_at FROM token "
                      "WHERE user_id = ?1 ORDER BY id DESC")
                 .bind(user);
  std::vector<Token> tokens;
  while (TRY(row.step())) {
    tokens.push_back({.id = row.get<TokenId>(0),
                      .name = row.get<std::string>(1),
                      .role = TRY(parse_token_role(row.get<std::string>(2))),
                      .created_at = row.get<Micros>(3),
                      .last_used = row.get<std::optional<Micros>>(4),
                      .expires_at = row.get<std::optional<Micros>>(5)});
  }
  return tokens;
}

Result<> revoke_token(Hub& hub, AccountId user, TokenId token) {
  return hub.database.write_now([=](db::Connection& connection) -> Result<> {
    const auto removed = TRY(
        connection.sql("DELETE FROM token WHERE id = ?1 AND user_id = ?2").bind(token, user).run());
    if (removed == 0) return fail(Code::not_found, "This token was not found.");
    return {};
  });
}

Result<std::optional<Identity>> find_token(db::Connection& connection, const Sha256& hash,
                                           Micros now) {
  auto row = connection
                 .sql("SELECT a.id, a.name, t.id, t.name, t.role, t.expires_at, t.last_used "
                      "FROM token t JOIN account a ON a.id = t.user_id "
                      "WHERE t.token_hash = ?1 AND a.is_active <> 0")
                 .bind(hash);
  if (!TRY(row.step())) return std::nullopt;
  Identity identity;
  identity.user = row.get<AccountId>(0);
  identity.user_name = row.get<std::string>(1);
  identity.kind = CredentialKind::token;
  identity.token = row.get<TokenId>(2);
  identity.token_name = row.get<std::string>(3);
  identity.may_write = row.get<std::string>(4) == "write";
  identity.expires_at = row.get<std::optional<Micros>>(5);
  identity.last_used = row.get<std::optional<Micros>>(6);
  if (identity.expires_at && now >= *identity.expires_at) return std::nullopt;
  return identity;
}

void touch_token(Hub& hub, const Identity& identity) {
  const auto now = hub.clock.now();
  if (!hub.guards->touches.is_due(identity.token, identity.last_used, now)) return;
  // The database outlives the pool; the hub need not.
  hub.pool.post([&database = hub.database, token = identity.token, now] {
    const auto noted = database.write_now([=](db::Connection& connection) -> Result<> {
      TRY(connection.sql("UPDATE token SET last_used = ?1 WHERE id = ?2").bind(now, token).run());
      return {};
    });
    if (!noted) {
      os::log_warning("the use of a token was not noted",
                      {{"token", token.value}, {"detail", noted.error().detail}});
    }
  });
}

}  // namespace kohaku::hub
