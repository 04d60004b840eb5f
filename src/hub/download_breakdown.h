// Every day with a download of every model and dataset of a namespace, as it is exported (decision
// 23): models before datasets, by name, each by day.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/repo_name.h"
#include "base/result.h"
#include "db/database.h"
#include "hub/analytics_scope.h"
#include "stats/day.h"

namespace kohaku::hub {

struct DownloadsOfDay {
  std::int64_t day = 0;
  std::int64_t downloads = 0;
};

struct RepoDownloads {
  RepoType type = RepoType::model;
  std::string full_name;
  std::int64_t total = 0;  // ever, by the same counting
  std::vector<DownloadsOfDay> days;
};

// Reads by key, a few repositories at a time, and holds no snapshot in between; one thread at a time.
class DownloadBreakdown {
 public:
  // `database` must outlive this.
  DownloadBreakdown(db::Database& database, const AnalyticsScope& scope, stats::Counting counting)
      : database_(database), owner_(scope.owner()), counting_(counting) {}

  // The next repositories, with some 10,000 days in all; none at the end. Valid until the next call.
  Result<const std::vector<RepoDownloads>*> next();

 private:
  Result<> read_some(db::Connection& connection);

  db::Database& database_;
  AccountId owner_;
  stats::Counting counting_;
  RepoType type_ = RepoType::model;
  std::string after_;  // normalized name
  bool ended_ = false;
  std::vector<RepoDownloads> repos_;
};

}  // namespace kohaku::hub
