#include "os/pool.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "os/log.h"
#include "os/suspend.h"

namespace kohaku::os {

struct Pool::State {
  using Work = std::move_only_function<void()>;

  std::mutex mutex;
  std::condition_variable more;
  std::deque<Work> queue;
  bool ending = false;
  std::vector<std::jthread> threads;

  void push(Work work) {
    {
      const std::lock_guard lock(mutex);
      queue.push_back(std::move(work));
    }
    more.notify_one();
  }

  void serve() {
    std::unique_lock lock(mutex);
    while (true) {
      more.wait(lock, [this] { return ending || !queue.empty(); });
      if (queue.empty()) return;
      auto work = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      work();
      work = nullptr;  // what it holds goes before the lock is taken
      lock.lock();
    }
  }
};

Pool::Pool(int threads) : state_(std::make_unique<State>()) {
  for (int i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->serve(); });
  }
}

Pool::~Pool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->more.notify_all();
  state_->threads.clear();
}

Task<void> Pool::run_erased(std::function<void()> work) {
  co_await suspend([this, &work](Resume resume) {
    state_->push([&work, resume = std::move(resume)]() mutable {
      std::exception_ptr failure;
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      resume(std::move(failure));
    });
  });
}

void Pool::post(std::function<void()> work) {
  state_->push([work = std::move(work)] {
    try {
      work();
    } catch (const std::exception& failure) {
      log_error("Work on the pool threw", {{"what", failure.what()}});
    } catch (...) {
      log_error("Work on the pool threw", {});
    }
  });
}

}  // namespace kohaku::os
