// A repository's row, and finding it by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/date.h"
#include "base/ids.h"
#include "base/repo_name.h"
#include "db/connection.h"

namespace kohaku::hub {

struct Repo {
  RepoId id;
  RepoType type = RepoType::model;
  AccountId owner_id;
  std::string owner;  // canonical spelling
  std::string name;
  bool private_ = false;
  std::string gated;  // "false", "auto", "manual"
  std::string default_branch;
  std::optional<std::string> sdk;
  std::optional<std::int64_t> lfs_threshold_bytes;
  std::optional<std::int64_t> lfs_keep_versions;
  std::optional<std::string> lfs_suffix_rules;  // JSON array of ".suffix"
  std::int64_t refs_version = 0;
  std::int64_t downloads = 0;
  std::int64_t likes = 0;
  Micros created_at;
  Micros updated_at;
  bool moved = false;  // found by an old name

  std::string full_name() const { return owner + "/" + name; }
};

// By owner and name in any capitals. Nothing when there is none. No permission is checked here.
Result<std::optional<Repo>> find_repo(db::Connection& connection, RepoType type,
                                      const RepoName& name);
// The repository an old name leads to.
Result<std::optional<Repo>> find_moved_repo(db::Connection& connection, RepoType type,
                                            const RepoName& name);
Result<std::optional<Repo>> find_repo_by_id(db::Connection& connection, RepoId id);

}  // namespace kohaku::hub
