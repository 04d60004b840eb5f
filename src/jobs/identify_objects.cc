#include "jobs/identify_objects.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hub/job_turn.h"
#include "jobs/sleep.h"
#include "os/log.h"
#include "store/object_identity.h"

namespace kohaku::jobs {
namespace {

constexpr auto between_looks = std::chrono::milliseconds(500);
constexpr int most_at_once = 100;

Task<Result<>> identify(hub::Hub& hub, store::Unidentified object) {
  const std::shared_ptr<store::Identification> work = CO_TRY(co_await hub.pool.run([&] {
    return store::Identification::begin(hub.database, hub.clock, hub.objects.xorbs().open_objects(),
                                        object);
  }));
  while (!CO_TRY(co_await hub.pool.run([&] { return work->advance(); }))) {
  }
  co_return Result<>{};
}

// From the first to the last that are there now. What failed once, a damaged file mostly, is left
// alone until the next start.
Task<void> identify_all(hub::Hub& hub, std::unordered_set<Sha256>& failed) {
  hub::JobTurn turn(hub, "identify_objects");
  Sha256 after;
  while (true) {
    const auto found = store::find_unidentified(hub.database, after, most_at_once);
    if (!found) turn.failed();
    if (!found || found->empty()) co_return;
    for (const auto& object : *found) {
      after = object.sha256;
      if (failed.contains(object.sha256)) continue;
      const auto done = co_await identify(hub, object);
      // A conflict: something of it was collected meanwhile.
      if (done || done.error().code == Code::conflict) continue;
      failed.insert(object.sha256);
      turn.failed();
      os::log_error("A large object got no Xet identity",
                    {{"name", std::string_view(object.physical_name)},
                     {"reason", std::string_view(done.error().detail)}});
    }
  }
}

}  // namespace

Task<void> identify_objects(hub::Hub& hub) {
  std::unordered_set<Sha256> failed;
  std::uint64_t looked_at = 0;
  while (true) {
    // Nothing was written, nothing arrived.
    const auto generation = hub.database.generation();
    if (generation != looked_at) {
      co_await identify_all(hub, failed);
      looked_at = generation;
    }
    co_await sleep(between_looks);
  }
}

}  // namespace kohaku::jobs
