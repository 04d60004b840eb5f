#include "hub/publisher_analytics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hub/analytics_page.h"
#include "hub/scope_repos.h"
#include "stats/fold.h"
#include "stats/unique_downloaders.h"

namespace kohaku::hub {
namespace {

// The sums over all repositories, one after the other.
class Summing {
 public:
  Summing(const AnalyticsQuery& query, AnalyticsPageBuilder page)
      : query_(query), page_(std::move(page)) {
    analytics_.series.resize(static_cast<std::size_t>(query.period.days.count()));
    if (!query.period.all_time) analytics_.totals.previous = 0;
  }

  Result<> add(db::Connection& connection, ScopeRepo repo) {
    RepoAnalytics row{.id = repo.id,
                      .type = repo.type,
                      .full_name = std::move(repo.full_name),
                      .private_ = repo.private_,
                      .total = repo.downloads,
                      .likes = repo.likes};
    TRY(read_numbers(connection, row));
    if (query_.sort == AnalyticsSort::unique && query_.limit > 0) {
      TRY(read_unique(connection, row));
    }
    add_to_totals(row);
    page_.add(std::move(row));
    return {};
  }

  Analytics finish() {
    for (std::size_t i = 0; i < traffic_.size(); ++i) {
      analytics_.traffic.push_back({static_cast<stats::Traffic>(i), traffic_.at(i)});
    }
    analytics_.page = page_.finish();
    return std::move(analytics_);
  }

 private:
  Result<> read_numbers(db::Connection& connection, RepoAnalytics& row) {
    const auto& days = query_.period.days;
    auto looked_at = days;
    if (!query_.period.all_time) {
      looked_at.first = days.before().first;
      row.previous = 0;
    }
    stats::DayRows rows(connection, row.id, looked_at, query_.counting.policy);
    while (const auto day = TRY(rows.next())) {
      const bool counts = query_.counting.takes(day->traffic);
      if (!days.contains(day->day)) {
        if (counts) *row.previous += day->numbers.downloads;
        continue;
      }
      traffic_.at(static_cast<std::size_t>(day->traffic)) += day->numbers;
      if (!counts) continue;
      row.numbers += day->numbers;
      analytics_.series[static_cast<std::size_t>(day->day - days.first)] += day->numbers;
    }
    return {};
  }

  Result<> read_unique(db::Connection& connection, RepoAnalytics& row) {
    row.unique = TRY(stats::unique_downloaders_of_range(connection, row.id, query_.period.days,
                                                        query_.counting, sketches_));
    if (sketches_ <= most_sketches_to_sort_by) return {};
    return fail(Code::bad_request,
                "There are too many repositories and days to sort by unique downloaders. Choose a "
                "shorter period, or another order.");
  }

  void add_to_totals(const RepoAnalytics& row) {
    auto& totals = analytics_.totals;
    totals.numbers += row.numbers;
    totals.total += row.total;
    if (row.previous) *totals.previous += *row.previous;
    switch (row.type) {
      case RepoType::model: ++totals.models; break;
      case RepoType::dataset: ++totals.datasets; break;
      case RepoType::space: ++totals.spaces; break;
    }
  }

  const AnalyticsQuery& query_;
  AnalyticsPageBuilder page_;
  Analytics analytics_;
  std::array<stats::Numbers, 3> traffic_;  // by stats::Traffic
  std::int64_t sketches_ = 0;              // read so far
};

// Sums of so many days each that there are at most most_sparkline_points; the last may have fewer.
std::int64_t days_of_point(const stats::Days& days) {
  return (days.count() + most_sparkline_points - 1) / most_sparkline_points;
}

Result<> complete_row(db::Connection& connection, const AnalyticsQuery& query,
                      std::int64_t sparkline_days, RepoAnalytics& row) {
  const auto& days = query.period.days;
  std::int64_t sketches = 0;
  row.unique =
      TRY(stats::unique_downloaders_of_range(connection, row.id, days, query.counting, sketches));
  const auto numbers = TRY(stats::read_days(connection, row.id, days, query.counting));
  const auto step = static_cast<std::size_t>(sparkline_days);
  row.sparkline.assign((numbers.size() + step - 1) / step, 0);
  for (std::size_t i = 0; i < numbers.size(); ++i) row.sparkline[i / step] += numbers[i].downloads;
  return {};
}

}  // namespace

Result<AnalyticsPeriod> all_time(Hub& hub, const AnalyticsScope& scope) {
  const auto today = stats::day_of(hub.clock.now());
  const auto first = TRY(first_day_with_numbers(hub.database, scope));
  return AnalyticsPeriod{{std::min(first.value_or(today), today), today}, true};
}

Result<Analytics> read_analytics(Hub& hub, const AnalyticsScope& scope,
                                 const AnalyticsQuery& query) {
  Summing summing(query, TRY(AnalyticsPageBuilder::begin(query)));
  TRY(for_each_repo(hub.database, scope, [&](db::Connection& connection, ScopeRepo repo) {
    return summing.add(connection, std::move(repo));
  }));
  auto analytics = summing.finish();
  analytics.page.sparkline_days = days_of_point(query.period.days);
  for (auto& row : analytics.page.repos) {
    TRY(hub.database.read_now([&](db::Connection& connection) {
      return complete_row(connection, query, analytics.page.sparkline_days, row);
    }));
  }
  return analytics;
}

}  // namespace kohaku::hub
