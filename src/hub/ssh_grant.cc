#include "hub/ssh_grant.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/encoding.h"
#include "base/hash.h"

namespace kohaku::hub {
namespace {

constexpr std::string_view mark = "ssh.";

struct Claims {
  SshKeyId key;
  RepoId repo;
  bool may_write = false;
  std::int64_t expires = 0;  // seconds since 1970
};

// "ssh.{key}.{repository}.{may write}.{expiry}"; each in one spelling.
std::string to_text(const Claims& claims) {
  return fmt::format("{}{}.{}.{}.{}", mark, claims.key.value, claims.repo.value,
                     claims.may_write ? 1 : 0, claims.expires);
}

std::string sign(const Secrets& secrets, std::string_view text) {
  return base64url_encode(hmac_sha256(secrets.key("ssh-grant"), as_bytes(text)).view());
}

// Of a text whose signature is right.
std::optional<Claims> parse(std::string_view text) {
  if (!text.starts_with(mark)) return std::nullopt;
  text.remove_prefix(mark.size());
  std::array<std::int64_t, 4> numbers{};
  for (auto& number : numbers) {
    const auto part = text.substr(0, text.find('.'));
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc{} || stop != part.data() + part.size()) return std::nullopt;
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return Claims{{numbers[0]}, {numbers[1]}, numbers[2] == 1, numbers[3]};
}

std::optional<Claims> open_grant(const Secrets& secrets, std::string_view token, Micros now) {
  const auto dot = token.rfind('.');
  if (dot == token.npos) return std::nullopt;
  const auto text = token.substr(0, dot);
  if (!equal_in_constant_time(as_bytes(sign(secrets, text)), as_bytes(token.substr(dot + 1)))) {
    return std::nullopt;
  }
  const auto claims = parse(text);
  if (!claims || claims->expires <= now.seconds()) return std::nullopt;
  return claims;
}

Result<std::optional<SshLogin>> find_login(Hub& hub, SshKeyId key) {
  return hub.database.read_now([&](auto& connection) { return find_ssh_login(connection, key); });
}

Caller to_caller(SshLogin login) {
  Caller caller;
  caller.user = User{login.user, std::move(login.user_name)};
  caller.credential = CredentialKind::token;
  caller.may_write = true;
  return caller;
}

}  // namespace

Result<Caller> caller_behind_key(Hub& hub, SshKeyId key) {
  auto login = TRY(find_login(hub, key));
  if (!login) return fail(Code::unauthorized, "This SSH key is not known any more.");
  return to_caller(std::move(*login));
}

Result<Repo> repo_of_command(Hub& hub, const Caller& caller, const SshCommand& command) {
  const Access access(hub);
  if (command.writes()) return TRY(access.writable(caller, command.type, command.repo)).repo();
  return TRY(access.readable_content(caller, command.type, command.repo)).repo();
}

Result<SshGrant> grant_lfs(Hub& hub, SshKeyId key, const SshCommand& command, const Repo& repo) {
  if (hub.config.base_url.empty()) {
    return fail(
        Code::not_implemented,
        "LFS over SSH needs KOHAKU_HUB_BASE_URL to be set on this server; ask its operator.");
  }
  const auto now = hub.clock.now();
  const Claims claims{key, repo.id, command.writes(),
                      now.plus_seconds(ssh_grant_seconds).seconds()};
  const auto text = to_text(claims);
  return SshGrant{fmt::format("{}/{}{}.git/info/lfs", hub.config.base_url, web_prefix(repo.type),
                              repo.full_name()),
                  text + "." + sign(hub.secrets, text), Micros::from_seconds(claims.expires)};
}

bool looks_like_ssh_grant(std::string_view token) { return token.starts_with(mark); }

Result<std::optional<Caller>> caller_behind_grant(Hub& hub, std::string_view token) {
  const auto claims = open_grant(hub.secrets, token, hub.clock.now());
  if (!claims) return std::nullopt;
  auto login = TRY(find_login(hub, claims->key));
  if (!login) return std::nullopt;
  auto caller = to_caller(std::move(*login));
  caller.may_write = claims->may_write;
  caller.only_repo = claims->repo;
  return caller;
}

}  // namespace kohaku::hub
