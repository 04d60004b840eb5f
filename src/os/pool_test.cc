#include "os/pool.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>

namespace kohaku::os {
namespace {

namespace asio = boost::asio;

template <class T>
T wait_for(Task<T> task) {
  asio::io_context loop;
  auto answer = asio::co_spawn(loop, std::move(task), asio::use_future);
  loop.run();
  return answer.get();
}

TEST(Pool, WorksElsewhereAndAnswersHere) {
  Pool pool(2);
  const auto task = [](Pool& p) -> Task<std::string> {
    const auto loop_thread = std::this_thread::get_id();
    std::thread::id worker;
    auto text = co_await p.run([&] {
      worker = std::this_thread::get_id();
      return std::make_unique<std::string>("done");
    });
    EXPECT_NE(loop_thread, worker);
    EXPECT_EQ(loop_thread, std::this_thread::get_id());
    co_await p.run([] {});
    co_return *text;
  };
  EXPECT_EQ("done", wait_for(task(pool)));
}

TEST(Pool, WhatIsThrownIsThrownWhereItIsAwaited) {
  Pool pool(1);
  const auto task = [](Pool& p) -> Task<std::string> {
    try {
      co_await p.run([]() -> int { throw std::runtime_error("a bug"); });
    } catch (const std::runtime_error& failure) {
      co_return failure.what();
    }
    co_return "nothing";
  };
  EXPECT_EQ("a bug", wait_for(task(pool)));
}

TEST(Pool, ManyCoroutinesAtOnce) {
  Pool pool(3);
  asio::io_context loop;
  std::atomic<int> sum = 0;
  for (int i = 1; i <= 1000; ++i) {
    asio::co_spawn(
        loop,
        [](Pool& p, int n, std::atomic<int>& total) -> Task<void> {
          total += co_await p.run([n] { return n; });
        }(pool, i, sum),
        asio::detached);
  }
  {
    std::jthread other([&] { loop.run(); });
    loop.run();
  }
  EXPECT_EQ(500'500, sum);
}

TEST(Pool, ThreadsWorkTogether) {
  std::latch all(3);
  Pool pool(3);
  for (int i = 0; i < 3; ++i) pool.post([&] { all.arrive_and_wait(); });
  all.wait();
}

TEST(Pool, EndsAfterAllThatIsQueued) {
  std::atomic<int> done = 0;
  {
    Pool pool(2);
    for (int i = 0; i < 100; ++i) {
      pool.post([&done, i] {
        ++done;
        if (i == 50) throw std::runtime_error("logged, and no more");
      });
    }
  }
  EXPECT_EQ(100, done);
}

}  // namespace
}  // namespace kohaku::os
