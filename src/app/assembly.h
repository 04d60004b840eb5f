// Opens everything a hub stands on, in order, from its data directory. One process at a time: the
// directory is locked while this lives.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::app {

class Assembly {
 public:
  // conflict when another process serves this directory.
  static Result<std::unique_ptr<Assembly>> open(hub::Config config);

  hub::Hub& hub() { return *hub_; }

  // Waits for the work on the pool and the queued writes. To be called when the event loops have
  // ended and before they are destroyed: what is answered late is answered to them.
  void settle();

 private:
  Assembly(hub::Config config, std::unique_ptr<os::Clock> clock)
      : config_(std::move(config)), clock_(std::move(clock)), pool_(std::in_place, pool_threads) {}

  // Threads of the pool mostly wait for the disk, so there are more than cores.
  static constexpr int pool_threads = 32;

  hub::Config config_;
  std::optional<os::File> lock_;
  std::unique_ptr<os::Clock> clock_;  // never null
  std::optional<hub::Secrets> secrets_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<git::Repositories> repositories_;
  std::optional<os::Pool> pool_;  // until settled
  std::unique_ptr<store::ObjectStore> objects_;
  std::optional<hub::Hub> hub_;
};

}  // namespace kohaku::app
