#include "hub/job_turn.h"

#include "hub/metrics.h"

namespace kohaku::hub {

JobTurn::~JobTurn() {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
  hub_.metrics->job_ended(job_, hub_.clock.now(), took.count(), failed_);
}

}  // namespace kohaku::hub
