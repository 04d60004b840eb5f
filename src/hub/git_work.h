// What keeps the git programs that the hub starts within bounds, and the refs they see true.
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <string>

#include "base/hash.h"
#include "hub/config.h"
#include "os/slots.h"

namespace kohaku::hub {

// Fetches and pushes do not wait for each other.
struct GitWork {
  explicit GitWork(const Config& config)
      : fetches(config.git_processes), pushes(std::max(1U, config.git_processes / 2)) {}

  os::Slots fetches;
  os::Slots pushes;
  // By repository id: one at a time writes packed-refs.
  std::array<std::mutex, 64> projections;
  // Part of the stamp of a projection: what an earlier process wrote may not have reached the disk.
  std::string process = random_text(16);
};

}  // namespace kohaku::hub
