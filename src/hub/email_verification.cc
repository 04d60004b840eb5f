#include "hub/email_verification.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "hub/guards.h"
#include "hub/tokens.h"

namespace kohaku::hub {
namespace {

constexpr std::int64_t lifetime_seconds = 86'400;
constexpr std::int64_t resend_seconds = 300;

// A row's age follows from when it ends.
Result<bool> was_sent_lately(db::Connection& connection, AccountId user, Micros now) {
  const auto recent = now.plus_seconds(lifetime_seconds - resend_seconds);
  const auto row =
      TRY(connection
              .sql("SELECT user_id FROM email_verification WHERE user_id = ?1 AND expires_at > ?2")
              .bind(user, recent)
              .first<AccountId>());
  return row.has_value();
}

}  // namespace

std::string new_verification_secret() { return random_text(43); }

Result<> insert_verification(db::Connection& connection, AccountId user, std::string_view secret,
                             Micros now) {
  TRY(connection.sql("DELETE FROM email_verification WHERE expires_at <= ?1").bind(now).run());
  TRY(connection
          .sql("INSERT INTO email_verification (token_hash, user_id, expires_at) "
               "VALUES (?1, ?2, ?3)")
          .bind(secret_hash(secret), user, now.plus_seconds(lifetime_seconds))
          .run());
  return {};
}

void send_verification(Hub& hub, const Account& account, std::string_view secret) {
  if (!account.email) return;
  const auto& site = hub.config.site_name;
  net::Letter letter;
  letter.from_name = site;
  letter.to = *account.email;
  letter.subject = fmt::format("Confirm your e-mail address for {}", site);
  letter.text = fmt::format(
      "Hello {},\n\nopen this link to confirm your e-mail address and sign in to {}:\n\n"
      "{}/api/auth/verify-email?token={}\n\n"
      "It can be used once within a day. If you did not register, ignore this letter.\n",
      account.name, site, hub.config.base_url, secret);
  letter.date = hub.clock.now();
  hub.guards->mailer.send(hub.config.smtp, std::move(letter));
}

Result<> resend_verification(Hub& hub, const Account& account) {
  const auto secret = new_verification_secret();
  const auto now = hub.clock.now();
  const bool is_new = TRY(hub.database.write_now([&](db::Connection& c) -> Result<bool> {
    if (TRY(was_sent_lately(c, account.id, now))) return false;
    TRY(insert_verification(c, account.id, secret, now));
    return true;
  }));
  if (is_new) send_verification(hub, account, secret);
  return {};
}

Result<Session> verify_email(Hub& hub, std::string_view secret) {
  const auto now = hub.clock.now();
  auto session = make_session(hub, {});
  return hub.database.write_now([&](db::Connection& c) -> Result<Session> {
    const auto row = TRY(
        c.sql("SELECT user_id FROM email_verification WHERE token_hash = ?1 AND expires_at > ?2")
            .bind(secret_hash(secret), now)
            .first<AccountId>());
    const auto account = row ? TRY(find_account(c, std::get<0>(*row))) : std::nullopt;
    if (!account || !account->is_active) {
      return fail(Code::bad_request, "This link is not valid or is too old.");
    }
    TRY(c.sql("DELETE FROM email_verification WHERE user_id = ?1").bind(account->id).run());
    TRY(c.sql("UPDATE account SET email_verified = 1 WHERE id = ?1").bind(account->id).run());
    session.user = {account->id, account->name};
    TRY(insert_session(c, session, now));
    return session;
  });
}

}  // namespace kohaku::hub
