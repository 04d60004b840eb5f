#include "hub/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/repo_name.h"
#include "base/repo_path.h"
#include "hub/email_verification.h"
#include "hub/guards.h"

namespace kohaku::hub {
namespace {

constexpr std::string_view select_account =
    "SELECT id, kind, name, email, email_verified, password_hash, is_active, full_name, "
    "description, created_at FROM account ";

Result<std::optional<Account>> first_account(db::Statement row) {
  if (!TRY(row.step())) return std::nullopt;
  Account account;
  account.id = row.get<AccountId>(0);
  account.kind = row.get<std::string>(1) == "org" ? AccountKind::org : AccountKind::user;
  account.name = row.get<std::string>(2);
  account.email = row.get<std::optional<std::string>>(3);
  account.email_verified = row.get<bool>(4);
  account.password_hash = row.get<std::optional<std::string>>(5);
  account.is_active = row.get<bool>(6);
  account.full_name = row.get<std::string>(7);
  account.description = row.get<std::string>(8);
  account.created_at = row.get<Micros>(9);
  return account;
}

Result<> require_free_email(db::Connection& connection, std::string_view email) {
  const auto taken =
      TRY(connection.sql("SELECT id FROM account WHERE email = ?1").bind(email).first<AccountId>());
  if (taken) return fail(Code::bad_request, "This e-mail address is already registered.");
  return {};
}

Result<> require_free(db::Connection& connection, std::string_view name,
                      const std::optional<std::string>& email) {
  if (const auto refusal = TRY(refuse_account_name(connection, name))) {
    return fail(Code::bad_request, refusal->message);
  }
  if (email) TRY(require_free_email(connection, *email));
  return {};
}

// Nobody makes this server write to strangers all day.
Result<> check_letters(Hub& hub, std::string_view address) {
  if (!hub.config.require_email_verification) return {};
  if (hub.guards->letters_by_address.try_once(address, hub.clock.now())) return {};
  return fail_too_many("Too many accounts were made from here. Try again later.",
                       registration_window_seconds);
}

}  // namespace

Result<std::optional<Account>> find_account(db::Connection& connection, std::string_view name) {
  static const auto sql = fmt::format("{} WHERE lookup_name = ?1", select_account);
  return first_account(connection.sql(sql).bind(normalize_name(name)));
}

Result<std::optional<Account>> find_account(db::Connection& connection, AccountId id) {
  static const auto sql = fmt::format("{} WHERE id = ?1", select_account);
  return first_account(connection.sql(sql).bind(id));
}

Result<Account> require_user(db::Connection& connection, std::string_view name) {
  auto account = TRY(find_account(connection, name));
  if (!account || account->kind != AccountKind::user) {
    return fail(Code::not_found, fmt::format("User '{}' was not found.", name));
  }
  return std::move(*account);
}

Result<Account> require_organization(db::Connection& connection, std::string_view name) {
  auto account = TRY(find_account(connection, name));
  if (!account || account->kind != AccountKind::org) {
    return fail(Code::not_found, fmt::format("Organization '{}' was not found.", name));
  }
  return std::move(*account);
}

Result<std::optional<NameRefusal>> refuse_account_name(db::Connection& connection,
                                                       std::string_view name) {
  if (auto well_formed = check_name(name); !well_formed) {
    return NameRefusal{std::move(well_formed).error().message, std::nullopt};
  }
  if (is_reserved_account_name(name)) {
    return NameRefusal{fmt::format("Name '{}' is reserved and cannot be used", name), std::nullopt};
  }
  const auto other = TRY(find_account(connection, name));
  if (!other) return std::nullopt;
  const bool is_user = other->kind == AccountKind::user;
  if (other->name == name) {
    return NameRefusal{fmt::format("{} {} is already taken", is_user ? "Username" : "Name", name),
                       other->name};
  }
  return NameRefusal{fmt::format("Username conflicts with existing {}: {} (case-insensitive)",
                                 is_user ? "user" : "organization", other->name),
                     other->name};
}

Result<std::string> parse_email(std::string_view text) {
  const auto refused = fail(Code::bad_request, "The e-mail address is not valid.");
  const auto at = text.find('@');
  if (text.size() > 254 || at == text.npos || at == 0 || at > 64) return refused;
  if (at + 1 == text.size() || text.find('@', at + 1) != text.npos) return refused;
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '<' && c != '>' && c != '"' &&
           c != ',' && c != ';' && c != '\\';
  };
  if (!std::ranges::all_of(text, is_plain) || !is_utf8(text)) return refused;
  std::string email(text);
  for (char& c : email) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return email;
}

Result<AccountId> insert_user(db::Connection& connection, const NewUser& user, Micros now) {
  TRY(require_free(connection, user.name, user.email));
  TRY(connection
          .sql(
              "INSERT INTO account (kind, name, lookup_name, email, email_verified, password_hash, "
              "created_at) VALUES ('user', ?1, ?2, ?3, ?4, ?5, ?6)")
          .bind(user.name, normalize_name(user.name), user.email, user.email_verified,
                user.password_hash, now)
          .run());
  return AccountId{connection.last_insert_id()};
}

Task<Result<Account>> register_user(Hub& hub, Registration wanted) {
  NewUser user{.name = wanted.name, .email_verified = !hub.config.require_email_verification};
  user.email = CO_TRY(parse_email(wanted.email));
  CO_TRY(check_password(wanted.password));
  // Asked before the slow hash, and once more in the transaction.
  CO_TRY(hub.database.read_now([&](auto& c) { return require_free(c, user.name, user.email); }));
  CO_TRY(check_letters(hub, wanted.address));
  user.password_hash = CO_TRY(co_await hub.guards->passwords.hash(std::move(wanted.password)));
  const auto now = hub.clock.now();
  const auto secret = new_verification_secret();
  auto account = CO_TRY(co_await hub.database.write([&](db::Connection& c) -> Result<Account> {
    const auto id = TRY(insert_user(c, user, now));
    if (!user.email_verified) TRY(insert_verification(c, id, secret, now));
    return std::move(*TRY(find_account(c, id)));
  }));
  if (!account.email_verified) send_verification(hub, account, secret);
  co_return account;
}

}  // namespace kohaku::hub
