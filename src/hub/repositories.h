// Making, moving, configuring and removing repositories.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/initial_commit.h"
#include "hub/repo.h"

namespace kohaku::hub {

struct NewRepo {
  RepoType type = RepoType::model;
  std::string name;
  bool private_ = false;
  std::optional<std::string> sdk;  // spaces
  std::vector<InitialFile> files;  // besides .gitattributes
};

// Row, first commit and branch `main` appear in one transaction. repo_exists when the name is taken,
// also in other capitals.
Task<Result<Repo>> create_repository(Hub& hub, const NamespaceWriter& owner, NewRepo wanted);

// Gone for everybody at once; its directory and what only it kept are removed afterwards.
Task<Result<>> delete_repository(Hub& hub, const RepoAdmin& repo);

// The old name redirects until somebody takes it (decision 13). repo_exists when the target is taken.
Task<Result<Repo>> move_repository(Hub& hub, const RepoAdmin& repo, const NamespaceWriter& to,
                                   std::string name);

struct RepoSettings {
  std::optional<bool> private_;
  std::optional<std::string> gated;  // "false", "auto", "manual"
  // Outer optional: given at all; inner: a value, or null for the server's default.
  std::optional<std::optional<std::int64_t>> lfs_threshold_bytes;
  std::optional<std::optional<std::int64_t>> lfs_keep_versions;
  std::optional<std::optional<std::vector<std::string>>> lfs_suffix_rules;
};

// bad_request with a sentence for a value out of bounds; then nothing is changed.
Task<Result<>> change_settings(Hub& hub, const RepoAdmin& repo, RepoSettings settings);

}  // namespace kohaku::hub
