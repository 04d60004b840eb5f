#include "hub/signed_link.h"

#include <charconv>
#include <utility>

#include "base/encoding.h"
#include "base/hash.h"

namespace kohaku::hub {
namespace {

std::string sign(const Secrets& secrets, std::string_view text) {
  return base64url_encode(hmac_sha256(secrets.key("lfs-link"), as_bytes(text)).view());
}

bool is_alive(std::string_view expires, Micros now) {
  std::int64_t seconds = 0;
  const auto* end = expires.data() + expires.size();
  const auto [stop, error] = std::from_chars(expires.data(), end, seconds);
  return error == std::errc{} && stop == end && seconds > now.seconds();
}

// The reader a link was made for, as a caller without any right to write.
Result<Caller> reader(db::Connection& connection, std::optional<AccountId> user) {
  Caller caller;
  if (!user) return caller;
  auto row = TRY(connection.sql("SELECT name FROM account WHERE id = ?1 AND is_active <> 0")
                     .bind(*user)
                     .first<std::string>());
  if (!row) return refuse_link();
  caller.user = User{*user, std::move(std::get<0>(*row))};
  return caller;
}

}  // namespace

LinkProof prove_link(const Secrets& secrets, Micros expires,
                     const std::function<std::string(std::string_view expires)>& text) {
  LinkProof proof{std::to_string(expires.seconds()), {}};
  proof.signature = sign(secrets, text(proof.expires));
  return proof;
}

Result<> check_link(Hub& hub, std::string_view text, const LinkProof& proof) {
  const bool is_proven =
      equal_in_constant_time(as_bytes(sign(hub.secrets, text)), as_bytes(proof.signature));
  if (is_proven && is_alive(proof.expires, hub.clock.now())) return {};
  return refuse_link();
}

std::unexpected<Error> refuse_link() {
  return fail(Code::forbidden, "This link is not valid, or it has expired.");
}

Result<ReadableContent> readable_behind_link(Hub& hub, RepoId repo, std::optional<AccountId> user) {
  auto caller = TRY(hub.database.read_now([&](db::Connection& c) { return reader(c, user); }));
  const auto found =
      TRY(hub.database.read_now([&](db::Connection& c) { return find_repo_by_id(c, repo); }));
  if (!found) return refuse_link();
  return Access(hub).readable_content(std::move(caller), found->type, {found->owner, found->name});
}

}  // namespace kohaku::hub
