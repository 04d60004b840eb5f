#include "hub/lfs_links.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "base/encoding.h"
#include "base/hash.h"

namespace kohaku::hub {
namespace {

std::string_view to_string(UploadAct act) {
  switch (act) {
    case UploadAct::whole: return "PUT whole";
    case UploadAct::part: return "PUT part";
    case UploadAct::complete: return "POST complete";
  }
  return "";
}

std::string sign(const Secrets& secrets, std::string_view text) {
  const auto key = secrets.key("lfs-link");
  return base64url_encode(hmac_sha256(key, as_bytes(text)).view());
}

// Every value has one spelling and no newline, so that two texts are never the same.
std::string upload_text(const Upload& upload, UploadAct act, std::int64_t part,
                        std::string_view expires) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", to_string(act), upload.id, part, expires,
                     upload.repo.value, upload.user.value, upload.sha256.hex(), upload.size);
}

std::string download_text(const DownloadGrant& grant, std::string_view expires) {
  return fmt::format("GET object\n{}\n{}\n{}\n{}", grant.repo.value, grant.sha256.hex(),
                     grant.user ? grant.user->value : 0, expires);
}

std::unexpected<Error> refuse() {
  return fail(Code::forbidden, "This link is not valid, or it has expired.");
}

bool is_alive(std::string_view expires, Micros now) {
  std::int64_t seconds = 0;
  const auto* end = expires.data() + expires.size();
  const auto [stop, error] = std::from_chars(expires.data(), end, seconds);
  return error == std::errc{} && stop == end && seconds > now.seconds();
}

bool is_proven(const Secrets& secrets, std::string_view text, const LinkProof& proof) {
  return equal_in_constant_time(as_bytes(sign(secrets, text)), as_bytes(proof.signature));
}

// The reader a download link was made for, as a caller without any right to write.
Result<Caller> reader(db::Connection& connection, std::optional<AccountId> user) {
  Caller caller;
  if (!user) return caller;
  auto row = TRY(connection.sql("SELECT name FROM account WHERE id = ?1 AND is_active <> 0")
                     .bind(*user)
                     .first<std::string>());
  if (!row) return refuse();
  caller.user = User{*user, std::move(std::get<0>(*row))};
  return caller;
}

}  // namespace

LinkProof sign_upload_link(const Secrets& secrets, const Upload& upload, UploadAct act,
                           std::int64_t part) {
  LinkProof proof{std::to_string(upload.expires_at.seconds()), {}};
  proof.signature = sign(secrets, upload_text(upload, act, part, proof.expires));
  return proof;
}

Result<OpenedUpload> open_upload_link(Hub& hub, std::string_view upload_id, UploadAct act,
                                      std::int64_t part, const LinkProof& proof) {
  auto upload =
      TRY(hub.database.read_now([&](db::Connection& c) { return find_upload(c, upload_id); }));
  if (!upload || !is_proven(hub.secrets, upload_text(*upload, act, part, proof.expires), proof) ||
      !is_alive(proof.expires, hub.clock.now())) {
    return refuse();
  }
  auto repo = TRY(Access(hub).writable_by_id(upload->user, upload->repo));
  return OpenedUpload{std::move(*upload), std::move(repo)};
}

LinkProof sign_download_link(const Secrets& secrets, const DownloadGrant& grant, Micros now) {
  LinkProof proof{std::to_string(now.plus_seconds(download_link_seconds).seconds()), {}};
  proof.signature = sign(secrets, download_text(grant, proof.expires));
  return proof;
}

Result<ReadableContent> open_download_link(Hub& hub, const DownloadGrant& grant,
                                           const LinkProof& proof) {
  if (!is_proven(hub.secrets, download_text(grant, proof.expires), proof) ||
      !is_alive(proof.expires, hub.clock.now())) {
    return refuse();
  }
  auto caller =
      TRY(hub.database.read_now([&](db::Connection& c) { return reader(c, grant.user); }));
  const auto repo =
      TRY(hub.database.read_now([&](db::Connection& c) { return find_repo_by_id(c, grant.repo); }));
  if (!repo) return refuse();
  return Access(hub).readable_content(std::move(caller), repo->type, {repo->owner, repo->name});
}

}  // namespace kohaku::hub
