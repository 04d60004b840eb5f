#include "jobs/daily_collection.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string_view>

#include "hub/job_turn.h"
#include "hub/lfs_gc.h"
#include "hub/staging_sweep.h"
#include "os/log.h"

namespace kohaku::jobs {
namespace {

// Not right at the start: a server that has just come up has better things to do.
constexpr auto first_turn = std::chrono::minutes(10);
constexpr auto between_turns = std::chrono::hours(24);

Task<void> sleep(std::chrono::steady_clock::duration time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

void tell(const Result<hub::GarbageReport>& report) {
  if (!report) {
    os::log_error("Large objects could not be collected",
                  {{"reason", std::string_view(report.error().detail)}});
    return;
  }
  os::log_info("Collected large objects",
               {{"objects", static_cast<std::int64_t>(report->objects)},
                {"bytes", static_cast<std::int64_t>(report->bytes)},
                {"xorbs", static_cast<std::int64_t>(report->xorbs.xorbs)},
                {"xorbs_compacted", static_cast<std::int64_t>(report->xorbs.compacted)},
                {"files", static_cast<std::int64_t>(report->files)},
                {"uploads", static_cast<std::int64_t>(report->uploads)}});
}

void tell(const Result<std::uint64_t>& swept) {
  if (!swept) {
    os::log_error("Staging areas could not be swept",
                  {{"reason", std::string_view(swept.error().detail)}});
  } else if (*swept > 0) {
    os::log_info("Swept staging areas", {{"entries", static_cast<std::int64_t>(*swept)}});
  }
}

Task<void> take_turn(hub::Hub& hub) {
  hub::JobTurn turn(hub, "collect_daily");
  const auto collected = co_await hub.pool.run([&hub] { return hub::collect_garbage(hub, false); });
  tell(collected);
  const auto swept = co_await hub.pool.run([&hub] { return hub::sweep_staging(hub); });
  tell(swept);
  if (!collected || !swept) turn.failed();
}

}  // namespace

Task<void> collect_daily(hub::Hub& hub) {
  co_await sleep(first_turn);
  while (true) {
    co_await take_turn(hub);
    co_await sleep(between_turns);
  }
}

}  // namespace kohaku::jobs
