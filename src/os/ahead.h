// Work that a pool does while the coroutine that will want it does something else.
//
//   os::Ahead<Result<std::string>> next(pool, [text] { return text->next(); });
//   co_await writer.write(…);
//   auto piece = co_await next.wait();
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/task.h"
#include "os/pool.h"
#include "os/suspend.h"

namespace kohaku::os {

// One coroutine. What `work` holds lives until it is done, even when nobody waits for it any more.
template <class T>
class Ahead {
 public:
  template <class Work>
  Ahead(Pool& pool, Work work) : state_(std::make_shared<State>()) {
    pool.post([state = state_, work = std::move(work)]() mutable {
      std::exception_ptr failure;
      try {
        state->value.emplace(work());
      } catch (...) {
        failure = std::current_exception();
      }
      state->finish(failure);
    });
  }

  // Once. What `work` threw is thrown here.
  Task<T> wait() {
    co_await suspend([state = state_](Resume resume) { state->begin_waiting(std::move(resume)); });
    co_return std::move(*state_->value);
  }

 private:
  struct State {
    std::mutex mutex;
    bool done = false;
    std::exception_ptr failure;
    std::optional<T> value;
    Resume waiting;

    void finish(const std::exception_ptr& thrown) {
      std::unique_lock lock(mutex);
      done = true;
      failure = thrown;
      if (!waiting) return;
      auto resume = std::move(waiting);
      lock.unlock();
      resume(thrown);
    }
    void begin_waiting(Resume resume) {
      std::unique_lock lock(mutex);
      if (!done) {
        waiting = std::move(resume);
        return;
      }
      lock.unlock();
      resume(failure);
    }
  };

  std::shared_ptr<State> state_;
};

}  // namespace kohaku::os
