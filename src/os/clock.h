// The time, as a seam: rules take a Clock, so that tests can stand at midnight.
#pragma once

#include <atomic>
#include <memory>

#include "base/date.h"
#include "base/result.h"
#include "os/files.h"

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

// Tells what another process writes into a file of 8 bytes: microseconds since 1970, little-endian. For
// tests of a whole server.
class FileClock final : public Clock {
 public:
  // The file must not become shorter while this lives. internal when it has not 8 bytes.
  static Result<std::unique_ptr<FileClock>> open(const Path& path);
  ~FileClock() override;
  FileClock(const FileClock&) = delete;
  FileClock& operator=(const FileClock&) = delete;

  Micros now() const override;

 private:
  explicit FileClock(std::int64_t* time) : time_(time) {}
  std::int64_t* time_;  // mapped
};

}  // namespace kohaku::os
