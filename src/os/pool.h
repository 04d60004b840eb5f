// Threads for work that may block or burn the processor: git, hashing, passwords, fsync. A coroutine
// awaits it and goes on upon its own event loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/task.h"

namespace kohaku::os {

class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();  // runs what is queued, then joins
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // co_await pool.run([…] { … }) gives what the function returns; what it throws is thrown here.
  // The event loop of the coroutine must outlive the work.
  template <class Function>
  Task<std::invoke_result_t<Function&>> run(Function function) {
    using T = std::invoke_result_t<Function&>;
    if constexpr (std::is_void_v<T>) {
      co_await run_erased([&function] { function(); });
    } else {
      std::optional<T> result;
      co_await run_erased([&function, &result] { result.emplace(function()); });
      co_return std::move(*result);
    }
  }

  // Queues work nobody waits for; what it throws is logged.
  void post(std::function<void()> work);

 private:
  Task<void> run_erased(std::function<void()> work);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::os
