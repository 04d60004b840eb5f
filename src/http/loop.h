// One event loop: a thread, its connections, and the few things they share without locks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include "base/date.h"
#include "base/task.h"
#include "http/traffic.h"

namespace kohaku::http {

class Transport;

// All members belong to the loop's own thread, except what says otherwise.
class Loop {
 public:
  Loop();
  ~Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::io_context& context() { return context_; }  // post() to it from any thread

  // Monotonic microseconds: deadlines and durations.
  static std::int64_t ticks();
  static std::int64_t after_seconds(int seconds) {
    return ticks() + seconds * std::int64_t{1'000'000};
  }

  // The Date header of now, made once a second.
  const std::string& date(Micros now);
  std::uint64_t random();  // not for secrets

  // Lets the other connections run.
  Task<void> yield();
  Task<void> sleep(std::int64_t milliseconds);

  // Deadlines are watched by one sweep over the connections, not by a timer each.
  void add(Transport& transport);
  void remove(Transport& transport);
  void expire_overdue();

  // Runs a background job; draining cancels it. From any thread.
  void spawn(std::function<Task<void>()> work);

  bool draining() const { return draining_; }
  void begin_drain();        // idle connections and background jobs end now
  void break_connections();  // all of them, at the end of patience

  // Connections and jobs that live here or are on their way; any thread.
  std::atomic<int> load = 0;
  std::atomic<int> requests_in_flight = 0;
  TrafficMeter meter;

 private:
  void start_job(std::function<Task<void>()> work);

  std::vector<Transport*> transports_;
  std::list<boost::asio::cancellation_signal> jobs_;
  std::string date_;
  std::int64_t date_second_ = -1;
  std::uint64_t random_state_;
  bool draining_ = false;
  // Last: its destruction ends suspended coroutines, which use all of the above.
  boost::asio::io_context context_{1};
};

}  // namespace kohaku::http
