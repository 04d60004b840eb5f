#include "hub/xet_access.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/encoding.h"
#include "base/hash.h"

namespace kohaku::hub {
namespace {

// A token is checked when a request starts, and clients refresh it half a minute before its end.
constexpr std::int64_t leeway_seconds = 300;

struct Claims {
  RepoId repo;
  AccountId user;  // 0: anonymous
  XetRight right = XetRight::read;
  XetScope scope;
  std::int64_t expires = 0;
  stats::Who who;  // who fetched the token
};

// "xet.{repository}.{user}.{right}.{namespace}.{scope's user}.{expiry}.{who}"; each in one spelling.
std::string to_text(const Claims& claims) {
  return fmt::format("xet.{}.{}.{}.{}.{}.{}.{}", claims.repo.value, claims.user.value,
                     static_cast<int>(claims.right), claims.scope.namespace_id.value,
                     claims.scope.user_id.value, claims.expires, claims.who.hex());
}

std::string sign(const Secrets& secrets, std::string_view text) {
  return base64url_encode(hmac_sha256(secrets.key("xet-token"), as_bytes(text)).view());
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  const auto part = text.substr(0, text.find('.'));
  const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc{} || stop != part.data() + part.size()) return std::nullopt;
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return value;
}

// Of a text whose signature is right.
std::optional<Claims> parse(std::string_view text) {
  if (!text.starts_with("xet.")) return std::nullopt;
  text.remove_prefix(4);
  std::array<std::int64_t, 6> numbers{};
  for (auto& number : numbers) {
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    number = *value;
  }
  const auto who = stats::Who::from_hex(text);
  if (numbers[2] < 0 || numbers[2] > 2 || !who) return std::nullopt;
  return Claims{
      {numbers[0]}, {numbers[1]}, static_cast<XetRight>(numbers[2]), {{numbers[3]}, {numbers[4]}},
      numbers[5],   *who};
}

std::unexpected<Error> refuse_token() {
  return fail(Code::bad_credentials, "The Xet token is not valid here, or it has expired.");
}

Result<Claims> open_token(const Secrets& secrets, std::string_view token, Micros now) {
  const auto dot = token.rfind('.');
  if (dot == token.npos) return refuse_token();
  const auto text = token.substr(0, dot);
  if (!equal_in_constant_time(as_bytes(sign(secrets, text)), as_bytes(token.substr(dot + 1)))) {
    return refuse_token();
  }
  const auto claims = parse(text);
  if (!claims || claims->expires + leeway_seconds < now.seconds()) return refuse_token();
  return *claims;
}

std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() < scheme.size()) return {};
  const auto word = authorization.substr(0, scheme.size());
  const bool is_bearer =
      std::ranges::equal(word, scheme, [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  return is_bearer ? authorization.substr(scheme.size()) : std::string_view{};
}

// "" is what a casUrl for all readers of the namespace ends with.
std::string scope_text(const XetScope& scope) {
  if (scope.user_id.value == 0) return {};
  return scope.is_anonymous() ? "anonymous" : fmt::format("u{}", scope.user_id.value);
}

// What an address may say where a casUrl names its scope; a version of a route that is not offered says
// something else.
bool may_be_scope(std::string_view text) {
  if (text.empty() || text == "anonymous") return true;
  return text.starts_with('u') && text.find_first_not_of("0123456789", 1) == text.npos;
}

// Of a token that is valid at this address.
Result<Claims> claims_of(Hub& hub, const XetCredentials& credentials) {
  if (!may_be_scope(credentials.scope)) {
    return fail(Code::not_found, "There is nothing at this address.");
  }
  const auto claims =
      TRY(open_token(hub.secrets, bearer(credentials.authorization), hub.clock.now()));
  if (!credentials.namespace_id.empty() &&
      (credentials.namespace_id != std::to_string(claims.scope.namespace_id.value) ||
       credentials.scope != scope_text(claims.scope))) {
    return refuse_token();
  }
  return claims;
}

Result<XetScope> scope_of(db::Connection& connection, const Caller& caller, const Repo& repo) {
  if (!caller.user) return XetScope{repo.owner_id, {-1}};
  if (TRY(role_in(connection, caller, repo.owner_id)) >= Role::visitor) {
    return XetScope{repo.owner_id, {}};
  }
  return XetScope{repo.owner_id, caller.user->id};
}

// A scope of all readers of a namespace is for those who still are; the one of a user stays theirs.
Result<> check_scope(db::Connection& connection, const Caller& caller, const XetScope& scope) {
  if (scope.user_id.value != 0) return {};
  if (TRY(role_in(connection, caller, scope.namespace_id)) >= Role::visitor) return {};
  return refuse_token();
}

Result<Caller> caller_of(db::Connection& connection, AccountId user) {
  Caller caller;
  if (user.value == 0) return caller;
  auto row = TRY(connection.sql("SELECT name FROM account WHERE id = ?1 AND is_active <> 0")
                     .bind(user)
                     .first<std::string>());
  if (!row) return refuse_token();
  caller.user = User{user, std::move(std::get<0>(*row))};
  caller.may_write = true;  // as the token's right says
  return caller;
}

std::unexpected<Error> no_repository() {
  return fail(Code::repo_not_found, "The repository of this Xet token was not found.");
}

}  // namespace

Result<XetGrant> grant_xet(Hub& hub, const ReadableContent& repo, XetRight right,
                           const stats::Who& who) {
  return hub.database.read_now([&](db::Connection& connection) -> Result<XetGrant> {
    const auto scope = TRY(scope_of(connection, repo.caller(), repo.repo()));
    const auto generation = TRY(connection.sql("SELECT xet_generation FROM account WHERE id = ?1")
                                    .bind(scope.namespace_id)
                                    .first<std::int64_t>());
    if (!generation) return no_repository();
    const auto& user = repo.caller().user;
    const Claims claims{repo.repo().id,
                        user ? user->id : AccountId{},
                        right,
                        scope,
                        hub.clock.now().plus_seconds(xet_token_seconds).seconds(),
                        who};
    const auto text = to_text(claims);
    const auto suffix = scope_text(scope);
    return XetGrant{fmt::format("/xet/{}/g{}{}{}", scope.namespace_id.value,
                                std::get<0>(*generation), suffix.empty() ? "" : "/", suffix),
                    text + "." + sign(hub.secrets, text), claims.expires};
  });
}

Result<XetReader> Access::xet_reader(const XetCredentials& credentials) const {
  const auto claims = TRY(claims_of(hub_, credentials));
  auto [caller, repo] = TRY(hub_.database.read_now(
      [&](db::Connection& connection) -> Result<std::pair<Caller, std::optional<Repo>>> {
        auto who = TRY(caller_of(connection, claims.user));
        TRY(check_scope(connection, who, claims.scope));
        return std::pair(std::move(who), TRY(find_repo_by_id(connection, claims.repo)));
      }));
  if (!repo) return no_repository();
  auto content = TRY(readable_content(std::move(caller), repo->type, {repo->owner, repo->name}));
  return XetReader(content.repo(), content.caller(), claims.scope, claims.who);
}

Result<XetWriter> Access::xet_writer(const XetCredentials& credentials) const {
  const auto claims = TRY(claims_of(hub_, credentials));
  if (claims.right == XetRight::read || claims.user.value == 0) {
    return fail(Code::forbidden, "This Xet token may only read.");
  }
  XetWriter writer(TRY(xet_reader(credentials)), claims.right == XetRight::pull_request);
  TRY(hub_.database.read_now(
      [&](db::Connection& connection) { return check_still_allowed(connection, writer); }));
  return writer;
}

Result<> check_still_allowed(db::Connection& connection, const XetWriter& writer) {
  const auto repo = TRY(find_repo_by_id(connection, writer.repository().id));
  if (!repo) return no_repository();
  if (writer.for_pull_request_) {
    return TRY(may_read_content(connection, writer.caller(), *repo)) ? Result<>{} : no_repository();
  }
  if (TRY(may_write(connection, writer.user_id(), *repo))) return {};
  return fail(Code::forbidden,
              fmt::format("You do not have the right to do this in '{}'.", repo->full_name()));
}

Result<> raise_xet_generation(db::Connection& connection, AccountId namespace_id) {
  TRY(connection.sql("UPDATE account SET xet_generation = xet_generation + 1 WHERE id = ?1")
          .bind(namespace_id)
          .run());
  return {};
}

Result<> raise_all_xet_generations(db::Connection& connection) {
  TRY(connection.sql("UPDATE account SET xet_generation = xet_generation + 1").run());
  return {};
}

}  // namespace kohaku::hub
