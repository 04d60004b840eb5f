// What anybody who may see a repository is told of its downloads.
//
//   GET /api/{type}s/{repo}/stats                 {"downloads","likes"}: all there were
//   GET /api/{type}s/{repo}/stats/recent?days=    every day of the last 1 to 365 (default 30), UTC;
//                                                 ?policy=, &ci= and &bots= as in api/counting.h
//
// also without /api.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"
#include "stats/day.h"

namespace kohaku::api {

struct StatsReply {
  std::int64_t downloads = 0;
  std::int64_t likes = 0;
};
BOOST_DESCRIBE_STRUCT(StatsReply, (), (downloads, likes))

struct DayReply {
  std::string date;  // "2025-01-15"
  std::int64_t downloads = 0;
  std::int64_t authenticated = 0;
  std::int64_t anonymous = 0;
  std::int64_t files = 0;
};
BOOST_DESCRIBE_STRUCT(DayReply, (), (date, downloads, authenticated, anonymous, files))

struct PeriodReply {
  std::string start;  // the first day and
  std::string end;    // the last one, included
  std::int64_t days = 0;
};
BOOST_DESCRIBE_STRUCT(PeriodReply, (), (start, end, days))
PeriodReply period_reply(const stats::Days& days);

struct RecentStatsReply {
  std::vector<DayReply> stats;
  PeriodReply period;
};
BOOST_DESCRIBE_STRUCT(RecentStatsReply, (), (stats, period))

Task<Result<StatsReply>> repo_stats(hub::ReadableRepo repo, Call& call);
Task<Result<RecentStatsReply>> recent_repo_stats(hub::ReadableRepo repo, Call& call);

}  // namespace kohaku::api
