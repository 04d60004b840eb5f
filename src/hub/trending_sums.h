// Which repositories of a type were downloaded most in a window of days, summed up from the daily
// numbers and kept for a while. Rights are not looked at: who shows it filters it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/repo_name.h"
#include "base/result.h"
#include "db/database.h"
#include "os/slots.h"
#include "stats/day.h"

namespace kohaku::hub {

struct TrendingRepo {
  RepoId id;
  std::string full_name;
  RepoType type = RepoType::model;
  bool private_ = false;
  std::int64_t downloads = 0;  // ever
  std::int64_t likes = 0;
  std::int64_t recent_downloads = 0;
};

// Whether `one` stands before `other`: more recent downloads, then more ever, then "owner/name".
bool trends_before(const TrendingRepo& one, const TrendingRepo& other);

// The first `most` of a type with a download in the window, of those that `viewer` may know of (0:
// anybody); of all without one. Sums up every repository's days, one after the other.
Result<std::vector<TrendingRepo>> rank_recent(db::Connection& connection, RepoType type,
                                              const stats::Days& window, std::size_t most,
                                              std::optional<AccountId> viewer);

struct RecentDownloads {
  RepoId repo;
  std::int64_t downloads = 0;
};

// In order.
struct TrendingSum {
  std::vector<RecentDownloads> repos;
  bool complete = true;  // false: there are more than fit
};

// Any number of threads.
class TrendingSums {
 public:
  static constexpr std::size_t most_repos = 10'000;  // of one sum

  std::shared_ptr<const TrendingSum> find(const db::Database& database, RepoType type,
                                          const stats::Days& window);
  // Sums up and keeps. Blocks as long as that takes.
  Result<std::shared_ptr<const TrendingSum>> sum(db::Database& database, RepoType type,
                                                 const stats::Days& window);

  os::Slots summing{1};  // held by who sums

 private:
  using Clock = std::chrono::steady_clock;
  struct Kept {
    std::shared_ptr<const TrendingSum> sum;
    std::uint64_t generation = 0;  // of the database, before it was read
    Clock::time_point good_until;
  };
  using Key = std::tuple<RepoType, std::int64_t, std::int64_t>;

  std::mutex mutex_;
  std::map<Key, Kept> kept_;
};

}  // namespace kohaku::hub
