#include "hub/sessions.h"

#include "base/hash.h"
#include "hub/tokens.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t secret_length = 43;  // 256 bits
constexpr std::int64_t seconds_per_hour = 3600;

}  // namespace

Session make_session(const Hub& hub, User user) {
  const auto lifetime = hub.config.session_expire_hours * seconds_per_hour;
  return {random_text(secret_length), std::move(user), hub.clock.now().plus_seconds(lifetime)};
}

Result<> insert_session(db::Connection& connection, const Session& session, Micros now) {
  TRY(connection.sql("DELETE FROM session WHERE expires_at <= ?1").bind(now).run());
  TRY(connection
          .sql("INSERT INTO session (secret_hash, user_id, created_at, expires_at) "
               "VALUES (?1, ?2, ?3, ?4)")
          .bind(secret_hash(session.secret), session.user.id, now, session.expires_at)
          .run());
  return {};
}

Result<std::optional<Identity>> find_session(db::Connection& connection, const Sha256& hash,
                                             Micros now) {
  auto row = TRY(connection
                     .sql("SELECT a.id, a.name, s.expires_at FROM session s "
                          "JOIN account a ON a.id = s.user_id "
                          "WHERE s.secret_hash = ?1 AND s.expires_at > ?2 AND a.is_active <> 0")
                     .bind(hash, now)
                     .first<AccountId, std::string, Micros>());
  if (!row) return std::nullopt;
  Identity identity;
  identity.kind = CredentialKind::session;
  identity.may_write = true;
  std::tie(identity.user, identity.user_name, identity.expires_at) = std::move(*row);
  return identity;
}

Result<> end_session(Hub& hub, std::string_view cookie) {
  return hub.database.write_now([&](db::Connection& connection) -> Result<> {
    TRY(connection.sql("DELETE FROM session WHERE secret_hash = ?1")
            .bind(secret_hash(cookie))
            .run());
    return {};
  });
}

std::string csrf_token(const Hub& hub, std::string_view cookie) {
  return hmac_sha256(hub.secrets.key("csrf"), as_bytes(cookie)).hex();
}

bool is_csrf_token(const Hub& hub, std::string_view cookie, std::string_view token) {
  return equal_in_constant_time(as_bytes(csrf_token(hub, cookie)), as_bytes(token));
}

}  // namespace kohaku::hub
