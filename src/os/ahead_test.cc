#include "os/ahead.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <latch>
#include <stdexcept>

namespace kohaku::os {
namespace {

template <class T>
T wait_for(Task<T> task) {
  boost::asio::io_context loop;
  auto answer = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return answer.get();
}

Task<int> done_before_it_is_wanted(Pool& pool) {
  std::latch worked(1);
  Ahead<int> ahead(pool, [&] {
    worked.count_down();
    return 1;
  });
  worked.wait();
  co_return co_await ahead.wait();
}

Task<int> wanted_before_it_is_done(Pool& pool) {
  std::latch wanted(1);
  pool.post([&] { wanted.wait(); });  // the only thread of the pool is busy until then
  Ahead<int> ahead(pool, [] { return 2; });
  wanted.count_down();
  co_return co_await ahead.wait();
}

Task<int> failing(Pool& pool) {
  Ahead<int> ahead(pool, []() -> int { throw std::runtime_error("no"); });
  co_return co_await ahead.wait();
}

Task<int> not_wanted(Pool& pool) {
  {
    const Ahead<int> ahead(pool, [] { return 3; });
  }
  co_return 4;
}

TEST(Ahead, GivesWhatTheWorkReturns) {
  Pool pool(1);
  EXPECT_EQ(wait_for(done_before_it_is_wanted(pool)), 1);
  EXPECT_EQ(wait_for(wanted_before_it_is_done(pool)), 2);
  EXPECT_EQ(wait_for(not_wanted(pool)), 4);
}

TEST(Ahead, ThrowsWhatTheWorkThrows) {
  Pool pool(1);
  EXPECT_THROW(wait_for(failing(pool)), std::runtime_error);
}

}  // namespace
}  // namespace kohaku::os
