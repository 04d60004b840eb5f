#include "jobs/daily_collection.h"

#include <chrono>
#include <string_view>

#include "hub/job_turn.h"
#include "hub/lfs_gc.h"
#include "hub/queues.h"
#include "hub/staging_sweep.h"
#include "hub/stray_packs.h"
#include "jobs/sleep.h"
#include "os/log.h"

namespace kohaku::jobs {
namespace {

// Not right at the start: a server that has just come up has better things to do.
constexpr auto first_turn = std::chrono::minutes(10);
constexpr auto between_turns = std::chrono::hours(24);

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

// Whether it went well; what fails is left to the next day.
Task<bool> sweep_stray_packs(hub::Hub& hub, RepoId repo) {
  const auto stray = co_await hub.pool.run([&] { return hub::judge_stray_packs(hub, repo); });
  Result<std::uint64_t> settled = 0;
  if (!stray) settled = std::unexpected(stray.error());
  else if (*stray) {
    const auto turn = co_await hub.queues->wait(repo);
    settled = co_await hub.pool.run([&] { return hub::settle_stray_packs(hub, repo, **stray); });
  }
  if (!settled) {
    os::log_error(
        "Packs that nobody registered could not be swept",
        {{"repository", repo.value}, {"reason", std::string_view(settled.error().detail)}});
  } else if (*settled > 0) {
    os::log_info("Swept packs that nobody registered",
                 {{"repository", repo.value}, {"packs", static_cast<std::int64_t>(*settled)}});
  } else if (*stray && (*stray)->needed) {
    os::log_warning("Packs that nobody registered are needed by refs and were registered",
                    {{"repository", repo.value}});
  }
  co_return settled.has_value();
}

// One repository after the other.
Task<bool> sweep_stray_packs(hub::Hub& hub) {
  const auto repos =
      co_await hub.pool.run([&] { return hub::find_repositories_with_stray_packs(hub); });
  if (!repos) {
    os::log_error("Packs could not be listed",
                  {{"reason", std::string_view(repos.error().detail)}});
    co_return false;
  }
  bool well = true;
  for (const auto repo : *repos) well = co_await sweep_stray_packs(hub, repo) && well;
  co_return well;
}

Task<void> take_turn(hub::Hub& hub) {
  hub::JobTurn turn(hub, "collect_daily");
  const auto collected = co_await hub.pool.run([&hub] { return hub::collect_garbage(hub, false); });
  tell(collected);
  const auto swept = co_await hub.pool.run([&hub] { return hub::sweep_staging(hub); });
  tell(swept);
  const bool packs_swept = co_await sweep_stray_packs(hub);
  if (!collected || !swept || !packs_swept) turn.failed();
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
