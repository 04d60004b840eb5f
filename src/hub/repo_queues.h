// One writer at a time per repository, so that concurrent commits to a branch are applied in order,
// each on top of the one before. Waiting coroutines hold no thread. A courtesy, not the guarantee:
// that one is the compare-and-swap of the publishing transaction.
#pragma once

#include <memory>
#include <utility>

#include "base/ids.h"
#include "base/task.h"

namespace kohaku::hub {

// Any number of threads. Must outlive every Turn and every waiting coroutine.
class RepoQueues {
 public:
  // The right to build upon the tip; passes on to the next in line when it ends.
  class Turn {
   public:
    Turn(Turn&& other) noexcept
        : queues_(std::exchange(other.queues_, nullptr)), repo_(other.repo_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    friend class RepoQueues;
    Turn(RepoQueues* queues, RepoId repo) : queues_(queues), repo_(repo) {}
    RepoQueues* queues_;
    RepoId repo_;
  };

  RepoQueues();
  ~RepoQueues();

  // First come, first served.
  Task<Turn> wait(RepoId repo);

 private:
  void pass_on(RepoId repo);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::hub
