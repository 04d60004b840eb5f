// Links that prove by themselves what they allow: clients follow them without credentials
// (client contract 0.10). The signature is an HMAC over the act, the row behind it and the expiry;
// what the user may do is asked anew when a link is used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/lfs_uploads.h"
#include "hub/signed_link.h"

namespace kohaku::hub {

// How long a download link lives.
inline constexpr std::int64_t download_link_seconds = std::int64_t{12} * 3600;

enum class UploadAct { whole, part, complete };

// The proof for one act upon one upload; `part` is 0 but for UploadAct::part.
LinkProof sign_upload_link(const Secrets& secrets, const Upload& upload, UploadAct act,
                           std::int64_t part);

// The upload behind a link, when the proof is right for this act, the link still lives and the user
// it was made for may still write. forbidden otherwise, in the same words for every reason but the
// last. Blocking reads of the database; brief.
struct OpenedUpload {
  Upload upload;
  WritableRepo repo;
};
Result<OpenedUpload> open_upload_link(Hub& hub, std::string_view upload_id, UploadAct act,
                                      std::int64_t part, const LinkProof& proof);

// A reader's link to one object of one repository; `user` is empty for an anonymous reader.
struct DownloadGrant {
  RepoId repo;
  Sha256 sha256;
  std::optional<AccountId> user;
};
LinkProof sign_download_link(const Secrets& secrets, const DownloadGrant& grant, Micros now);
// The repository, when the reader may still read its content.
Result<ReadableContent> open_download_link(Hub& hub, const DownloadGrant& grant,
                                           const LinkProof& proof);

}  // namespace kohaku::hub
