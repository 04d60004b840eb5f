#include "jobs/fold_statistics.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "jobs/sleep.h"
#include "os/log.h"
#include "stats/consumer.h"

namespace kohaku::jobs {
namespace {

constexpr auto between_turns = std::chrono::milliseconds(200);

// Once when it begins to fail, once when it is well again.
void tell(const Result<bool>& done, bool& is_failing) {
  if (done.has_value() != is_failing) return;
  is_failing = !done;
  if (done) {
    os::log_info("Events are folded again");
    return;
  }
  const std::string_view reason =
      done.error().detail.empty() ? done.error().message : done.error().detail;
  os::log_error("Events could not be folded: they wait in the journal", {{"reason", reason}});
}

}  // namespace

Task<void> fold_statistics(hub::Hub& hub, stats::CountingRules rules) {
  if (!hub.journal) co_return;
  stats::Consumer consumer(*hub.journal, hub.database, std::move(rules));
  bool is_failing = false;
  while (true) {
    const auto more = co_await hub.pool.run([&] { return consumer.step(); });
    tell(more, is_failing);
    if (!more || !*more) co_await sleep(between_turns);
  }
}

}  // namespace kohaku::jobs
