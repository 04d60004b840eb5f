#include "hub/lfs_links.h"

#include <fmt/format.h>

#include <utility>

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

}  // namespace

LinkProof sign_upload_link(const Secrets& secrets, const Upload& upload, UploadAct act,
                           std::int64_t part) {
  return prove_link(secrets, upload.expires_at, [&](std::string_view expires) {
    return upload_text(upload, act, part, expires);
  });
}

Result<OpenedUpload> open_upload_link(Hub& hub, std::string_view upload_id, UploadAct act,
                                      std::int64_t part, const LinkProof& proof) {
  auto upload =
      TRY(hub.database.read_now([&](db::Connection& c) { return find_upload(c, upload_id); }));
  if (!upload) return refuse_link();
  TRY(check_link(hub, upload_text(*upload, act, part, proof.expires), proof));
  auto repo = TRY(Access(hub).writable_by_id(upload->user, upload->repo));
  return OpenedUpload{std::move(*upload), std::move(repo)};
}

LinkProof sign_download_link(const Secrets& secrets, const DownloadGrant& grant, Micros now) {
  return prove_link(secrets, now.plus_seconds(download_link_seconds),
                    [&](std::string_view expires) { return download_text(grant, expires); });
}

Result<ReadableContent> open_download_link(Hub& hub, const DownloadGrant& grant,
                                           const LinkProof& proof) {
  TRY(check_link(hub, download_text(grant, proof.expires), proof));
  return readable_behind_link(hub, grant.repo, grant.user);
}

}  // namespace kohaku::hub
