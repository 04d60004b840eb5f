// A repository's settings.
//
//   PUT  /api/{type}s/{repo}/settings          {private?, visibility?, gated?, lfs_…?}
//   GET  /api/{type}s/{repo}/settings/lfs      effective values and where they come from
//        both also without /api, the latter also as lfs/settings
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

struct LfsServerDefaults {
  std::uint64_t lfs_threshold_bytes = 0;
  std::int64_t lfs_keep_versions = 0;
  std::vector<std::string> lfs_suffix_rules;
};
BOOST_DESCRIBE_STRUCT(LfsServerDefaults, (),
                      (lfs_threshold_bytes, lfs_keep_versions, lfs_suffix_rules))

// `…_source`: "repository" or "server_default"; suffixes are "merged" when the repository has some.
struct LfsSettingsReply {
  std::optional<std::int64_t> lfs_threshold_bytes;
  std::uint64_t lfs_threshold_bytes_effective = 0;
  std::string lfs_threshold_bytes_source;
  std::optional<std::int64_t> lfs_keep_versions;
  std::int64_t lfs_keep_versions_effective = 0;
  std::string lfs_keep_versions_source;
  std::optional<std::vector<std::string>> lfs_suffix_rules;
  std::vector<std::string> lfs_suffix_rules_effective;
  std::string lfs_suffix_rules_source;
  LfsServerDefaults server_defaults;
};
BOOST_DESCRIBE_STRUCT(LfsSettingsReply, (),
                      (lfs_threshold_bytes, lfs_threshold_bytes_effective,
                       lfs_threshold_bytes_source, lfs_keep_versions, lfs_keep_versions_effective,
                       lfs_keep_versions_source, lfs_suffix_rules, lfs_suffix_rules_effective,
                       lfs_suffix_rules_source, server_defaults))

// The body is looked at field by field, since `null` (the server's default) differs from missing.
Task<Result<http::Reply>> change_repo_settings(hub::RepoAdmin repo, Call& call);
Result<LfsSettingsReply> show_lfs_settings(const hub::ReadableRepo& repo, hub::Hub& hub);

}  // namespace kohaku::api
