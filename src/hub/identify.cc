// Access::identify: from what a request presents to who is calling.
#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/repo_name.h"
#include "hub/access.h"
#include "hub/guards.h"
#include "hub/sessions.h"
#include "hub/sign_in.h"
#include "hub/ssh_grant.h"
#include "hub/tokens.h"

namespace kohaku::hub {
namespace {

enum class Scheme { none, bearer, basic, unknown };

struct Presented {
  Scheme scheme = Scheme::none;
  std::string_view value;
};

bool is_scheme(std::string_view word, std::string_view scheme) {
  return std::ranges::equal(word, scheme, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// `Bearer {ours}|{url},{token}|…`: what follows the first bar is for other servers. An empty first
// part leaves the cookie to speak.
Presented read_header(std::string_view header) {
  header = trim(header);
  if (header.empty()) return {};
  const auto end = std::min(header.find(' '), header.size());
  const auto word = header.substr(0, end);
  const auto value = trim(header.substr(end));
  if (is_scheme(word, "bearer")) {
    const auto ours = trim(value.substr(0, value.find('|')));
    return ours.empty() ? Presented{} : Presented{Scheme::bearer, ours};
  }
  if (is_scheme(word, "basic")) return {Scheme::basic, value};
  return {Scheme::unknown, value};
}

struct NameAndPassword {
  std::string name;
  std::string password;
};

std::optional<NameAndPassword> decode_basic(std::string_view value) {
  const auto text = base64_decode(value);
  if (!text) return std::nullopt;
  const auto colon = text->find(':');
  if (colon == text->npos) return std::nullopt;
  return NameAndPassword{text->substr(0, colon), text->substr(colon + 1)};
}

std::optional<NameAndPassword> account_password(const Credentials& credentials) {
  const auto presented = read_header(credentials.authorization);
  if (presented.scheme != Scheme::basic) return std::nullopt;
  auto pair = decode_basic(presented.value);
  if (!pair || looks_like_token(pair->password)) return std::nullopt;
  return pair;
}

Caller nobody() {
  Caller caller;
  caller.bad_credentials = true;
  return caller;
}

Caller to_caller(Identity identity) {
  Caller caller;
  caller.user = User{identity.user, std::move(identity.user_name)};
  caller.credential = identity.kind;
  caller.may_write = identity.may_write;
  caller.token_name = std::move(identity.token_name);
  return caller;
}

Caller password_caller(AccountId user, std::string name) {
  Caller caller;
  caller.user = User{user, std::move(name)};
  caller.credential = CredentialKind::password;
  caller.may_write = true;
  return caller;
}

// By the cache as long as nothing was committed since, else by the database.
Result<std::optional<Identity>> find_identity(Hub& hub, std::string_view secret,
                                              CredentialKind kind) {
  const auto hash = secret_hash(secret);
  const auto now = hub.clock.now();
  const auto generation = hub.database.generation();
  auto identity = hub.guards->identities.find(hash, kind, generation);
  if (!identity) {
    identity = TRY(hub.database.read_now([&](db::Connection& connection) {
      return kind == CredentialKind::token ? find_token(connection, hash, now)
                                           : find_session(connection, hash, now);
    }));
    if (identity) hub.guards->identities.keep(hash, generation, *identity);
  }
  if (identity && identity->expires_at && now >= *identity->expires_at) return std::nullopt;
  return identity;
}

Result<Caller> by_token(Hub& hub, std::string_view token) {
  auto identity = TRY(find_identity(hub, token, CredentialKind::token));
  if (!identity) return nobody();
  touch_token(hub, *identity);
  return to_caller(std::move(*identity));
}

Result<Caller> by_cookie(Hub& hub, const Credentials& credentials) {
  auto identity = TRY(find_identity(hub, credentials.session_cookie, CredentialKind::session));
  if (!identity) return nobody();
  identity->may_write = credentials.same_origin;
  return to_caller(std::move(*identity));
}

// A password that was right a moment ago. Others need identify_by_password().
Result<std::optional<Caller>> by_known_password(Hub& hub, const NameAndPassword& pair) {
  auto account = TRY(hub.database.read_now([&](auto& c) { return find_account(c, pair.name); }));
  if (!account || !account->is_active || !account->password_hash) return std::nullopt;
  if (!account->email_verified && hub.config.require_email_verification) return std::nullopt;
  if (!hub.guards->recent_passwords.is_known(pair.password, *account->password_hash,
                                             hub.clock.now())) {
    return std::nullopt;
  }
  return password_caller(account->id, std::move(account->name));
}

}  // namespace

bool Access::holds_password(const Credentials& credentials) {
  return account_password(credentials).has_value();
}

Result<Caller> Access::identify(const Credentials& credentials) const {
  const auto presented = read_header(credentials.authorization);
  switch (presented.scheme) {
    case Scheme::bearer:
      if (looks_like_ssh_grant(presented.value)) {
        return TRY(caller_behind_grant(hub_, presented.value)).value_or(nobody());
      }
      return by_token(hub_, presented.value);
    case Scheme::basic: {
      const auto pair = decode_basic(presented.value);
      if (!pair) return nobody();
      if (looks_like_token(pair->password)) return by_token(hub_, pair->password);
      return TRY(by_known_password(hub_, *pair)).value_or(nobody());
    }
    case Scheme::unknown: return nobody();
    case Scheme::none: break;
  }
  if (!credentials.session_cookie.empty()) return by_cookie(hub_, credentials);
  return Caller{};
}

Task<Result<Caller>> Access::identify_by_password(Credentials credentials) const {
  auto pair = account_password(credentials);
  if (!pair) co_return identify(credentials);
  if (auto known = CO_TRY(by_known_password(hub_, *pair))) co_return std::move(*known);
  // Asked before the copies move.
  const auto password = pair->password;
  auto account = co_await check_sign_in(
      hub_, {std::move(pair->name), std::move(pair->password), std::string(credentials.address)});
  if (!account) {
    const auto code = account.error().code;
    if (code == Code::bad_credentials || code == Code::forbidden) co_return nobody();
    co_return std::unexpected(std::move(account).error());
  }
  hub_.guards->recent_passwords.keep(password, *account->password_hash, hub_.clock.now());
  co_return password_caller(account->id, std::move(account->name));
}

}  // namespace kohaku::hub
