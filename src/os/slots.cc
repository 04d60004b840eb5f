#include "os/slots.h"

namespace kohaku::os {

bool Slots::take() {
  const std::lock_guard lock(mutex_);
  if (free_ == 0) return false;
  --free_;
  return true;
}

Task<Slots::Slot> Slots::wait() {
  if (take()) co_return Slot(this);
  co_await suspend([this](Resume resume) {
    {
      const std::lock_guard lock(mutex_);
      if (free_ == 0) {
        waiting_.push_back(std::move(resume));
        return;
      }
      --free_;
    }
    resume(nullptr);
  });
  co_return Slot(this);
}

Slots::Use Slots::use() {
  const std::lock_guard lock(mutex_);
  return {.taken = count_ - free_, .waiting = waiting_.size()};
}

void Slots::pass_on() {
  Resume next;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  next(nullptr);
}

}  // namespace kohaku::os
