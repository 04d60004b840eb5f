// How much lies in the store. Counting it reads every row of large objects and xorbs, so it is done when
// somebody asks and the last count is too old, in the background, and for at most a hundredth of the time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "base/date.h"
#include "base/result.h"
#include "hub/hub.h"
#include "hub/metrics.h"

namespace kohaku::hub {

struct StoreUse {
  std::uint64_t whole_objects = 0;
  std::uint64_t whole_bytes = 0;
  std::uint64_t xet_objects = 0;
  std::uint64_t xet_bytes = 0;  // of the objects, not of the xorbs they are made of
  std::uint64_t stored_xorbs = 0;
  std::uint64_t stored_xorb_bytes = 0;  // of their files
  std::uint64_t xorb_views = 0;         // take no room
  std::uint64_t promised_uploads = 0;   // by LFS, not completed nor expired
  std::uint64_t staging_files = 0;
  std::uint64_t staging_bytes = 0;
};

// Blocks: about a second for a million large objects.
Result<StoreUse> measure_store(db::Database& database, const os::Path& staging, Micros now);

// Any thread.
class StoreMeter : public std::enable_shared_from_this<StoreMeter> {
 public:
  // What `hub` refers to, its pool last, outlives this.
  explicit StoreMeter(Hub& hub);

  // As counted last; nothing before the first count. Begins another one when it is time, without
  // waiting for it.
  Metrics::Families collect();

 private:
  using Clock = std::chrono::steady_clock;
  void measure();
  static Metrics::Families families(const StoreUse& use, Micros at, double seconds);

  db::Database& database_;
  const os::Clock& clock_;
  os::Pool& pool_;
  const os::Path staging_;

  std::mutex mutex_;
  Metrics::Families last_;
  bool measuring_ = false;
  Clock::time_point due_;
};

}  // namespace kohaku::hub
