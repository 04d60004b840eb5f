#include "http/loop.h"

#include <chrono>
#include <random>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "http/transport.h"
#include "os/log.h"

namespace kohaku::http {

namespace asio = boost::asio;

Loop::Loop() {
  std::random_device device;
  random_state_ = (std::uint64_t{device()} << 32) ^ device();
}

std::int64_t Loop::ticks() {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

const std::string& Loop::date(Micros now) {
  if (now.seconds() != date_second_) {
    date_second_ = now.seconds();
    date_ = http_date(now);
  }
  return date_;
}

// SplitMix64 (Steele, Lea, Flood, 2014).
std::uint64_t Loop::random() {
  std::uint64_t z = (random_state_ += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

Task<void> Loop::yield() { co_await asio::post(context_, asio::use_awaitable); }

Task<void> Loop::sleep(std::int64_t milliseconds) {
  asio::steady_timer timer(context_, std::chrono::milliseconds(milliseconds));
  co_await timer.async_wait(asio::use_awaitable);
}

void Loop::add(Transport& transport) {
  transport.place_ = transports_.size();
  transports_.push_back(&transport);
}

void Loop::remove(Transport& transport) {
  transports_[transport.place_] = transports_.back();
  transports_[transport.place_]->place_ = transport.place_;
  transports_.pop_back();
}

void Loop::expire_overdue() {
  const std::int64_t now = ticks();
  for (Transport* transport : transports_) {
    if (transport->deadline_ < now) transport->expire();
  }
}

void Loop::begin_drain() {
  draining_ = true;
  for (Transport* transport : transports_) transport->begin_drain();
  // A cancelled job may end, and leave the list, inside emit().
  for (auto job = jobs_.begin(); job != jobs_.end();)
    (job++)->emit(asio::cancellation_type::terminal);
}

void Loop::break_connections() {
  for (Transport* transport : transports_) transport->break_off();
}

void Loop::spawn(std::function<Task<void>()> work) {
  ++load;
  asio::post(context_, [this, work = std::move(work)]() mutable { start_job(std::move(work)); });
}

void Loop::start_job(std::function<Task<void>()> work) {
  const auto job = jobs_.emplace(jobs_.end());
  const auto ended = [this, job](const std::exception_ptr& failure) {
    --load;
    jobs_.erase(job);
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      if (draining_ && error.code() == asio::error::operation_aborted) return;
      os::log_error("background job failed", {{"detail", std::string_view(error.what())}});
    } catch (const std::exception& error) {
      os::log_error("background job failed", {{"detail", std::string_view(error.what())}});
    } catch (...) {
      os::log_error("background job failed", {{"detail", std::string_view("unknown exception")}});
    }
  };
  // The coroutine may refer to what its lambda captured, so the lambda lives as long as it.
  asio::co_spawn(
      context_, [work = std::move(work)]() -> Task<void> { co_await work(); },
      asio::bind_cancellation_slot(job->slot(), ended));
  if (draining_) job->emit(asio::cancellation_type::terminal);
}

}  // namespace kohaku::http
