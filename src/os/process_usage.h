// What this process takes of the machine, as the kernel counts it (proc(5), getrusage(2)).
#pragma once

#include <cstdint>

#include "base/date.h"

namespace kohaku::os {

struct ProcessUsage {
  double cpu_seconds = 0;  // user and system, without children
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t most_descriptors = 0;
  Micros started;  // to a hundredth of a second
};

// What the kernel does not tell stays 0.
ProcessUsage process_usage();

}  // namespace kohaku::os
