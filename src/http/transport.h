// The socket of one connection: bytes in and out under a deadline. Lives on one loop; one operation
// at a time.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "base/task.h"
#include "http/loop.h"

namespace kohaku::http {

class Transport {
 public:
  // Owns the connected, non-blocking descriptor. `stall_seconds`: how long a peer may take nothing.
  Transport(Loop& loop, int descriptor, bool ipv6, int stall_seconds);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  Loop& loop() { return loop_; }

  // Between requests a draining loop wants the connection to end. One that was served knows that a
  // kept connection may close at any time; one that has just connected is about to ask.
  enum class Idle { no, kept, fresh };

  // At least one byte, or 0 when the peer has ended its side. request_timeout at the deadline
  // (Loop::ticks()). While draining: unavailable at once when kept, after a second when fresh.
  Task<Result<std::size_t>> receive(std::span<char> space, std::int64_t deadline,
                                    Idle idle = Idle::no);
  // What is there already; 0 when nothing.
  std::size_t receive_now(std::span<char> space);
  // Reads and drops up to `most` bytes; how many, until the peer ended or the deadline passed.
  Task<std::uint64_t> discard(std::uint64_t most, std::int64_t deadline);

  using Parts = std::span<std::string_view>;
  // Sends what the socket takes at once and cuts it off the parts; true when that was all.
  Result<bool> send_now(Parts parts, bool more_follows = false);
  // All of it.
  Task<Result<>> send(std::string_view first, std::string_view second = {},
                      std::string_view third = {}, bool more_follows = false);
  // Part of a file; fails when the file ends early.
  // While on, only whole packets leave, so that a long body wakes its receiver less often; off sends the rest.
  void cork(bool on);
  Task<Result<>> send_file(int file, std::uint64_t offset, std::uint64_t length);

  // Ends our side, waits a moment for the peer to read what we said, drops what it still sends: a
  // close with unread input would reset the connection and take our last answer with it.
  Task<void> linger();

  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  friend class Loop;
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  Task<Result<>> wait_writable();
  Task<Result<>> wait_readable(std::int64_t deadline);
  std::unexpected<Error> failure(const boost::system::error_code& ec) const;
  void expire();  // by the sweep
  void begin_drain();
  void break_off();

  Loop& loop_;
  boost::asio::ip::tcp::socket socket_;
  std::int64_t deadline_ = never;
  std::size_t place_ = 0;  // in the loop's list
  std::uint64_t bytes_sent_ = 0;
  int stall_seconds_;
  Idle idle_ = Idle::no;
  bool expired_ = false;
};

}  // namespace kohaku::http
