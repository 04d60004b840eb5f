// What makes a file large in one repository: its own settings, and the server's where it has none.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/config.h"
#include "hub/repo.h"

namespace kohaku::hub {

// Suffixes that are large in every repository, whatever the size (lower case).
std::span<const std::string_view> default_lfs_suffixes();

struct LfsSettings {
  std::uint64_t threshold_bytes = 0;  // a file of this size or more is large
  bool own_threshold = false;         // the repository's; else the server's default
  std::int64_t keep_versions = 0;
  bool own_keep_versions = false;
  std::vector<std::string> own_suffixes;  // besides the server's
  bool has_own_suffixes = false;
  std::vector<std::string> suffixes;  // both, without repetition

  // Whether a suffix rule says so; capitals do not matter.
  bool has_large_suffix(std::string_view path) const;
};

LfsSettings lfs_settings(const Config& config, const Repo& repo);

// The bounds of what a repository may set; bad_request with a sentence.
Result<> check_lfs_threshold(std::int64_t bytes);
Result<> check_lfs_keep_versions(std::int64_t versions);
Result<> check_lfs_suffixes(const std::vector<std::string>& suffixes);

}  // namespace kohaku::hub
