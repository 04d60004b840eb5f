#include "hub/statistics_upkeep.h"

#include "stats/fold.h"
#include "stats/namespace_sketches.h"
#include "stats/trending.h"

namespace kohaku::hub {
namespace {

// Of one transaction: repositories looked at, rows removed.
constexpr std::int64_t most_per_step = 5'000;
// Of one transaction: it is made of as many as its namespace has repositories.
constexpr std::int64_t most_sketches = 1;

}  // namespace

Task<Result<>> roll_trending(Hub& hub) {
  const auto today = stats::day_of(hub.clock.now());
  const auto days = CO_TRY(hub.database.read_now(stats::ScoredDays::read));
  for (bool done = days.all_end_with(today); !done;) {
    done = CO_TRY(co_await hub.database.write([today](db::Connection& connection) {
      return stats::roll_trending(connection, today, most_per_step);
    }));
  }
  co_return Result<>{};
}

Task<Result<>> forget_old_sessions(Hub& hub) {
  const auto before = hub.clock.now().seconds() - hub.config.download_session_days * 86'400;
  while (CO_TRY(co_await hub.database.write([before](db::Connection& connection) {
           return stats::remove_old_sessions(connection, before, most_per_step);
         })) > 0) {
  }
  co_return Result<>{};
}

Task<Result<>> rebuild_stale_sketches(Hub& hub) {
  bool more = CO_TRY(hub.database.read_now(stats::has_stale_sketches));
  while (more) {
    more = CO_TRY(co_await hub.database.write([](db::Connection& connection) {
      return stats::rebuild_stale_sketches(connection, most_sketches);
    }));
  }
  co_return Result<>{};
}

}  // namespace kohaku::hub
