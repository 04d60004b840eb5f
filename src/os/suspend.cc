#include "os/suspend.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kohaku::os {
namespace asio = boost::asio;

Task<void> suspend(std::move_only_function<void(Resume)> start) {
  auto initiate = [&start]<class Handler>(Handler handler) {
    auto executor = asio::get_associated_executor(handler);
    auto kept_running = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    start([handler = std::move(handler),
           kept_running = std::move(kept_running)](std::exception_ptr failure) mutable {
      asio::post(kept_running,
                 [handler = std::move(handler), failure = std::move(failure)]() mutable {
                   handler(std::move(failure));
                 });
    });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void(std::exception_ptr)>(
      initiate, asio::use_awaitable);
}

}  // namespace kohaku::os
