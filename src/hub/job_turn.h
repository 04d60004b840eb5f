// One turn of a background job, from its making to its end: how long it took, and whether it went well
// (docs/metrics.md).
#pragma once

#include <chrono>
#include <string_view>

#include "hub/hub.h"

namespace kohaku::hub {

class JobTurn {
 public:
  // `hub` and `job` outlive it.
  JobTurn(Hub& hub, std::string_view job) : hub_(hub), job_(job) {}
  ~JobTurn();
  JobTurn(const JobTurn&) = delete;
  JobTurn& operator=(const JobTurn&) = delete;

  void failed() { failed_ = true; }

 private:
  Hub& hub_;
  std::string_view job_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  bool failed_ = false;
};

}  // namespace kohaku::hub
