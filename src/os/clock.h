// The time, as a seam: rules take a Clock, so that tests can stand at midnight.
#pragma once

#include <atomic>

#include "base/date.h"

namespace kohaku::os {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros now() const = 0;  // from any thread
};

class SystemClock final : public Clock {
 public:
  Micros now() const override;
};

// Stands still until it is told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Micros start) : now_(start.value) {}
  Micros now() const override { return {now_.load()}; }
  void set(Micros time) { now_ = time.value; }
  void advance_seconds(std::int64_t seconds) { now_ += seconds * 1'000'000; }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace kohaku::os
