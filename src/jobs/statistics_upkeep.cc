#include "jobs/statistics_upkeep.h"

#include <chrono>
#include <string_view>

#include "hub/statistics_upkeep.h"
#include "jobs/sleep.h"
#include "os/log.h"

namespace kohaku::jobs {
namespace {

using std::chrono::steady_clock;

constexpr auto between_looks = std::chrono::seconds(1);
constexpr auto between_cleanings = std::chrono::hours(1);
constexpr auto after_failure = std::chrono::minutes(1);

bool tell(const Result<>& done, std::string_view what) {
  if (!done) os::log_error(what, {{"reason", std::string_view(done.error().detail)}});
  return done.has_value();
}

}  // namespace

Task<void> keep_statistics(hub::Hub& hub) {
  auto next_cleaning = steady_clock::now() + between_cleanings;
  while (true) {
    bool well = tell(co_await hub::roll_trending(hub), "Trending could not roll over");
    well &= tell(co_await hub::rebuild_stale_sketches(hub), "Sketches could not be made anew");
    if (steady_clock::now() >= next_cleaning) {
      well &= tell(co_await hub::forget_old_sessions(hub), "Old sessions could not be removed");
      next_cleaning = steady_clock::now() + between_cleanings;
    }
    co_await sleep(well ? steady_clock::duration(between_looks) : after_failure);
  }
}

}  // namespace kohaku::jobs
