// One at a time for each key: one writer per repository, so that concurrent commits to a branch are
// applied in order, each on top of the one before; one verification of a shard per user. Waiting
// coroutines hold no thread. A courtesy, not a guarantee: transactions check what they publish.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "base/task.h"
#include "os/suspend.h"

namespace kohaku::hub {

// Any number of threads. Must outlive every Turn and every waiting coroutine. Defined for RepoId
// and AccountId.
template <class Key>
class Queues {
 public:
  // The right to go on; passes to the next in line when it ends.
  class Turn {
   public:
    Turn(Turn&& other) noexcept
        : queues_(std::exchange(other.queues_, nullptr)), key_(other.key_) {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (queues_ != nullptr) queues_->pass_on(key_);
    }

   private:
    friend class Queues;
    Turn(Queues* queues, Key key) : queues_(queues), key_(key) {}
    Queues* queues_;
    Key key_;
  };

  // First come, first served.
  Task<Turn> wait(Key key);

 private:
  void pass_on(Key key);

  std::mutex mutex_;
  // A key stands here while somebody has its turn, with those who wait for it.
  std::unordered_map<Key, std::deque<os::Resume>> busy_;
};

}  // namespace kohaku::hub
