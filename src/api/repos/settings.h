// A repository's settings.
//
//   PUT  /api/{type}s/{repo}/settings          {private?, visibility?, gated?, lfs_…?}
//   GET  /api/{type}s/{repo}/settings/lfs      effective values and where they come from
//        both also without /api, the latter also as lfs/settings
#pragma once

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

// The body is looked at field by field, since `null` (the server's default) differs from missing.
Task<Result<http::Reply>> change_repo_settings(hub::RepoAdmin repo, Call& call);
Result<http::Reply> show_lfs_settings(const hub::ReadableRepo& repo, hub::Hub& hub);

}  // namespace kohaku::api
