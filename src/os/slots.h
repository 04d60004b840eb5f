// At most so many at once; others wait in line, without a thread.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "base/task.h"
#include "os/suspend.h"

namespace kohaku::os {

// Any number of threads. Must outlive every Slot and every waiting coroutine.
class Slots {
 public:
  explicit Slots(std::size_t count) : count_(count), free_(count) {}

  // The right to go on; passes to the next in line when it ends.
  class Slot {
   public:
    Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
      if (slots_ != nullptr) slots_->pass_on();
    }

   private:
    friend class Slots;
    explicit Slot(Slots* slots) : slots_(slots) {}
    Slots* slots_;
  };

  Task<Slot> wait();  // first come, first served

  struct Use {
    std::size_t taken = 0;
    std::size_t waiting = 0;
  };
  Use use();

 private:
  bool take();
  void pass_on();

  std::mutex mutex_;
  const std::size_t count_;
  std::size_t free_;
  std::deque<Resume> waiting_;
};

}  // namespace kohaku::os
