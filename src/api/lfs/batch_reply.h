// The answers of a batch as JSON, with their signed links.
#pragma once

#include <optional>
#include <vector>

#include "api/call.h"
#include "api/lfs/batch.h"
#include "base/error.h"
#include "hub/lfs_uploads.h"
#include "hub/repo.h"
#include "hub/xet_access.h"

namespace kohaku::api {

// One object of an upload batch: refused, wanted, or (neither) held already.
struct UploadAnswer {
  LfsBatchObject asked;
  std::optional<Error> error;
  std::optional<hub::Upload> upload;
};
http::Reply upload_reply(const Call& call, const hub::Repo& repo,
                         const std::vector<UploadAnswer>& answers, bool in_parts);

// One object of an upload batch that goes by Xet.
struct XetUploadAnswer {
  LfsBatchObject asked;
  std::optional<Error> error;
  bool is_wanted = true;
};
http::Reply xet_upload_reply(const Call& call, const hub::Repo& repo,
                             const std::vector<XetUploadAnswer>& answers,
                             const hub::XetGrant& grant);

// One object of a download batch: refused, or to be had.
struct DownloadAnswer {
  LfsBatchObject asked;
  std::optional<Error> error;
  Sha256 oid;
};
http::Reply download_reply(const Call& call, const hub::Repo& repo,
                           const std::vector<DownloadAnswer>& answers);

}  // namespace kohaku::api
