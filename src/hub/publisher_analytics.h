// What the publisher of a namespace, or of one repository, is told about downloads in a period: sums,
// days, who and with what, and each repository for itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/repo_name.h"
#include "base/result.h"
#include "hub/analytics_scope.h"
#include "hub/hub.h"
#include "stats/day.h"

namespace kohaku::hub {

// The period before this one, as long as it, is what trends are told against; all time has none.
struct AnalyticsPeriod {
  stats::Days days;
  bool all_time = false;
};

// The days from the first that has numbers to today; today alone when none has.
Result<AnalyticsPeriod> all_time(Hub& hub, const AnalyticsScope& scope);

enum class AnalyticsSort {
  name,           // "owner/name"
  total,          // downloads ever
  downloads,      // in the period, as are all below
  previous,       // in the period before
  change,         // downloads − previous
  unique,         // downloaders
  authenticated,  // downloads
  anonymous,
  files,
  bytes,
  likes,
};

struct AnalyticsQuery {
  AnalyticsPeriod period;
  stats::Counting counting;
  // Of the breakdown by repository:
  std::string search;  // in "owner/name", in any capitals; "" finds all
  AnalyticsSort sort = AnalyticsSort::downloads;
  bool ascending = false;
  std::size_t limit = 20;  // 0: no breakdown is wanted
  std::string cursor;      // of the page before, with the same sort
};

struct RepoAnalytics {
  RepoId id;
  RepoType type = RepoType::model;
  std::string full_name;
  bool private_ = false;
  std::int64_t total = 0;  // downloads ever, by policy `hub`
  std::int64_t likes = 0;
  stats::Numbers numbers;                // of the period
  std::optional<std::int64_t> previous;  // downloads of the period before
  std::int64_t unique = 0;               // set on the rows of a page
  std::vector<std::int64_t> sparkline;   // downloads by `sparkline_days`; likewise
};

struct AnalyticsTotals {
  stats::Numbers numbers;
  std::int64_t total = 0;  // downloads ever
  std::optional<std::int64_t> previous;
  std::int64_t models = 0;
  std::int64_t datasets = 0;
  std::int64_t spaces = 0;
};

struct AnalyticsPage {
  std::vector<RepoAnalytics> repos;
  std::int64_t found = 0;           // on all pages
  std::int64_t sparkline_days = 1;  // that each point of a sparkline sums up
  std::string next_cursor;          // "" on the last page
};

struct TrafficNumbers {
  stats::Traffic traffic = stats::Traffic::people;
  stats::Numbers numbers;
};

struct Analytics {
  AnalyticsTotals totals;
  std::vector<stats::Numbers> series;   // of each day of the period
  std::vector<TrafficNumbers> traffic;  // of all kinds, whatever is counted elsewhere
  AnalyticsPage page;
};

inline constexpr std::int64_t most_sparkline_points = 60;
inline constexpr std::int64_t most_sketches_to_sort_by = 200'000;

// Looks at every repository of the scope, some at a time, so that no read lasts long; memory does not
// grow with their number. Blocks. bad_request for a bad cursor, and for an order by unique
// downloaders over more than most_sketches_to_sort_by days of repositories.
Result<Analytics> read_analytics(Hub& hub, const AnalyticsScope& scope,
                                 const AnalyticsQuery& query);

}  // namespace kohaku::hub
