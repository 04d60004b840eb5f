#include "api/repo/stats.h"

#include "api/counting.h"
#include "stats/fold.h"

namespace kohaku::api {

PeriodReply period_reply(const stats::Days& days) {
  return {stats::date_of(days.first), stats::date_of(days.last), days.count()};
}

Task<Result<StatsReply>> repo_stats(hub::ReadableRepo repo, Call&) {
  co_return StatsReply{repo.repo().downloads, repo.repo().likes};
}

Task<Result<RecentStatsReply>> recent_repo_stats(hub::ReadableRepo repo, Call& call) {
  const auto count = CO_TRY(call.query.integer("days", 30, 1, 365));
  const auto counting = CO_TRY(counting_of(call));
  const auto days = stats::Days::until(stats::day_of(call.hub.clock.now()), count);
  const auto numbers = CO_TRY(call.hub.database.read_now([&](db::Connection& connection) {
    return stats::read_days(connection, repo.repo().id, days, counting);
  }));
  RecentStatsReply reply{{}, period_reply(days)};
  reply.stats.reserve(numbers.size());
  for (auto day = days.first; const auto& of_day : numbers) {
    reply.stats.push_back({stats::date_of(day++), of_day.downloads, of_day.authenticated,
                           of_day.anonymous(), of_day.files});
  }
  co_return reply;
}

}  // namespace kohaku::api
