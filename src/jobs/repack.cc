#include "jobs/repack.h"

#include <chrono>
#include <cstdint>
#include <string_view>

#include "hub/job_turn.h"
#include "hub/queues.h"
#include "hub/repack.h"
#include "jobs/sleep.h"
#include "os/log.h"

namespace kohaku::jobs {
namespace {

constexpr auto between_looks = std::chrono::minutes(1);

void note_failure(hub::JobTurn& job, RepoId repo, const Error& error) {
  job.failed();
  os::log_error("Packs could not be brought together",
                {{"repository", repo.value}, {"reason", std::string_view(error.detail)}});
}

Task<void> repack_since(hub::Hub& hub, hub::JobTurn& job, Micros since) {
  const auto repos =
      co_await hub.pool.run([&] { return hub::find_repacking_candidates(hub, since); });
  if (!repos) {
    job.failed();
    co_return;
  }
  for (const auto repo : *repos) {
    const auto done = co_await hub.pool.run([&] { return hub::repack(hub, repo); });
    if (!done) note_failure(job, repo, done.error());
    else if (*done) os::log_info("Brought packs together", {{"repository", repo.value}});
  }
}

Task<void> remove_retired(hub::Hub& hub, hub::JobTurn& job) {
  const auto repos = co_await hub.pool.run([&] { return hub::find_retired_packs(hub); });
  if (!repos) {
    job.failed();
    co_return;
  }
  for (const auto repo : *repos) {
    const auto turn = co_await hub.queues->wait(repo);
    const auto done = co_await hub.pool.run([&] { return hub::remove_retired_packs(hub, repo); });
    if (!done) note_failure(job, repo, done.error());
  }
}

}  // namespace

Task<void> repack_repositories(hub::Hub& hub) {
  Micros looked_at;
  while (true) {
    co_await sleep(between_looks);
    const auto since = looked_at;
    looked_at = hub.clock.now();
    hub::JobTurn job(hub, "repack");
    co_await repack_since(hub, job, since);
    co_await remove_retired(hub, job);
  }
}

}  // namespace kohaku::jobs
