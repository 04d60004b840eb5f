// CO_TRY and suspend(), which need an event loop to be tested upon.
#include "base/task.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/result.h"
#include "os/suspend.h"

namespace kohaku::os {
namespace {

template <class T>
T wait_for(Task<T> task) {
  boost::asio::io_context loop;
  auto answer = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return answer.get();
}

Result<int> positive(int number) {
  if (number <= 0) return fail(Code::bad_request, "Not positive.", std::to_string(number));
  return number;
}

Task<Result<int>> later(int number) { co_return positive(number); }

Task<Result<std::string>> sum(int a, int b) {
  const int first = CO_TRY(co_await later(a));
  const auto second = std::make_unique<int>(CO_TRY(positive(b)));
  co_return std::to_string(first + *second);
}

TEST(Task, CoTryYieldsOrReturns) {
  EXPECT_EQ("5", wait_for(sum(2, 3)));
  EXPECT_EQ("0", wait_for(sum(0, 3)).error().detail);
  EXPECT_EQ("-7", wait_for(sum(1, -7)).error().detail);
}

Task<int> woken_by_another_thread(std::jthread& other) {
  const auto here = std::this_thread::get_id();
  int value = 0;
  co_await suspend([&](Resume resume) {
    other = std::jthread([&value, resume = std::move(resume)]() mutable {
      // The loop has nothing else to do, and must wait nevertheless.
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      value = 42;
      resume(nullptr);
    });
  });
  EXPECT_EQ(here, std::this_thread::get_id());
  co_return value;
}

TEST(Task, SuspendedItIsWokenOnItsOwnLoop) {
  std::jthread other;
  EXPECT_EQ(42, wait_for(woken_by_another_thread(other)));
}

Task<int> woken_at_once() {
  co_await suspend([](Resume resume) { resume(nullptr); });
  co_return 1;
}

TEST(Task, MayBeWokenBeforeItSleeps) { EXPECT_EQ(1, wait_for(woken_at_once())); }

Task<int> woken_with_a_failure() {
  co_await suspend(
      [](Resume resume) { resume(std::make_exception_ptr(std::runtime_error("a bug"))); });
  co_return 1;
}

TEST(Task, FailureIsThrownInIt) {
  EXPECT_THROW(wait_for(woken_with_a_failure()), std::runtime_error);
}

}  // namespace
}  // namespace kohaku::os
