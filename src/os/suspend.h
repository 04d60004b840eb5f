// How a coroutine waits for another thread.
#pragma once

#include <exception>
#include <functional>

#include "base/task.h"

namespace kohaku::os {

// Wakes the coroutine; call it once, on any thread. An exception given is thrown in the coroutine.
// Dropped without a call, it destroys the coroutine.
using Resume = std::move_only_function<void(std::exception_ptr)>;

// Suspends the coroutine, then calls `start` with what will wake it. The coroutine goes on upon its
// own event loop, which counts the wait as work and must live until the call.
Task<void> suspend(std::move_only_function<void(Resume)> start);

}  // namespace kohaku::os
