// What the hot path (is it there, may they, which commit, which object) has read from the database
// and keeps while the database has not changed; and what reads much of it, whose sums are kept longer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/repo_name.h"
#include "hub/access.h"
#include "hub/access_status.h"
#include "hub/current_cache.h"
#include "hub/repo.h"
#include "hub/revisions.h"
#include "hub/trending_sums.h"
#include "os/pool.h"
#include "store/object_store.h"

namespace kohaku::hub {

// A repository that a caller may know of, their role in its namespace, and, where a gate stands
// before them, how their request for access stands.
struct SeenRepo {
  Repo repo;
  Role role = Role::none;
  std::optional<AccessStatus> access;
};

struct SeenKey {
  AccountId caller;  // 0: anonymous
  RepoType type = RepoType::model;
  std::string full_name;  // as the caller spelt it
  friend bool operator==(const SeenKey&, const SeenKey&) = default;
};

struct RevisionKey {
  RepoId repo;
  std::string revision;  // as the caller spelt it
  friend bool operator==(const RevisionKey&, const RevisionKey&) = default;
};

struct LinkKey {
  RepoId repo;
  Sha256 sha256;
  friend bool operator==(const LinkKey&, const LinkKey&) = default;
};

struct CurrentKeyHash {
  std::size_t operator()(const SeenKey& key) const noexcept {
    return mix(std::hash<std::string>{}(key.full_name),
               key.caller.value * 4 + static_cast<int>(key.type));
  }
  std::size_t operator()(const RevisionKey& key) const noexcept {
    return mix(std::hash<std::string>{}(key.revision), key.repo.value);
  }
  std::size_t operator()(const LinkKey& key) const noexcept {
    return mix(std::hash<Sha256>{}(key.sha256), key.repo.value);
  }

 private:
  static std::size_t mix(std::size_t hash, std::int64_t value) {
    return hash ^ (static_cast<std::size_t>(value) * 0x9E3779B97F4A7C15ULL);
  }
};

struct CurrentCaches {
  CurrentCache<SeenKey, std::shared_ptr<const SeenRepo>, CurrentKeyHash> repos{4'000};
  CurrentCache<RevisionKey, std::optional<RefRow>, CurrentKeyHash> refs{8'000};
  CurrentCache<LinkKey, std::optional<store::LargeObject>, CurrentKeyHash> objects{8'000};
  TrendingSums trending;
  // For what reads much of the database: every thread that reads keeps pages of its own, so few do.
  os::Pool long_reads{2};
};

}  // namespace kohaku::hub
