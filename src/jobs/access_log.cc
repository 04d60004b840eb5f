#include "jobs/access_log.h"

#include <chrono>
#include <string_view>

#include "hub/access_log.h"
#include "hub/job_turn.h"
#include "hub/log_work.h"
#include "jobs/sleep.h"
#include "os/log.h"

namespace kohaku::jobs {
namespace {

constexpr auto between_looks = std::chrono::seconds(1);
constexpr auto between_turns = std::chrono::minutes(1);

void tell(const Result<>& done) {
  if (done) return;
  os::log_error("The access log could not be written",
                {{"reason", std::string_view(done.error().detail)}});
}

Task<void> take_turn(hub::Hub& hub) {
  hub::JobTurn turn(hub, "write_access_log");
  const auto written = co_await hub.pool.run([&] { return hub::write_log_segments(hub); });
  const auto tended = co_await hub.pool.run([&] { return hub::tend_log_segments(hub); });
  // That there is no DuckDB was said at the start.
  const bool is_known = !written && written.error().code == Code::not_implemented;
  if (!is_known) tell(written);
  tell(tended);
  if (!written || !tended) turn.failed();
}

}  // namespace

Task<void> write_access_log(hub::Hub& hub) {
  if (!hub.journal) co_return;
  if (hub.config.access_log_days > 0 && hub.log_work->duckdb() == nullptr) {
    os::log_warning(
        "DuckDB's library is missing, so there are no access logs: see docs/access-logs.md");
  }
  auto turn_at = std::chrono::steady_clock::now() + between_turns;
  std::uint64_t appended = 0;
  while (true) {
    co_await sleep(between_looks);
    const bool is_full = hub.journal->counters().appended - appended >= hub::most_segment_rows;
    if (!is_full && std::chrono::steady_clock::now() < turn_at) continue;
    turn_at = std::chrono::steady_clock::now() + between_turns;
    appended = hub.journal->counters().appended;
    co_await take_turn(hub);
  }
}

}  // namespace kohaku::jobs
