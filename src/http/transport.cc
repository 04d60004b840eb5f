#include "http/transport.h"

#include <cerrno>
#include <system_error>

#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kohaku::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

constexpr std::uint64_t most_lingering_bytes = 64 << 20;
constexpr int most_lingering_seconds = 5;

std::unexpected<Error> peer_gone(std::string why) {
  return fail(Code::bad_request, "The connection was closed.", std::move(why));
}

std::unexpected<Error> send_failure() { return peer_gone(std::generic_category().message(errno)); }

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

// Cuts `count` bytes off the front of the parts.
void advance(Transport::Parts parts, std::size_t count) {
  for (std::string_view& part : parts) {
    const std::size_t cut = std::min(count, part.size());
    part.remove_prefix(cut);
    count -= cut;
  }
}

}  // namespace

Transport::Transport(Loop& loop, int descriptor, bool ipv6, int stall_seconds)
    : loop_(loop), socket_(loop.context()), stall_seconds_(stall_seconds) {
  boost::system::error_code ec;
  socket_.assign(ipv6 ? tcp::v6() : tcp::v4(), descriptor, ec);
  loop_.add(*this);
}

Transport::~Transport() { loop_.remove(*this); }

void Transport::expire() {
  deadline_ = never;
  expired_ = true;
  boost::system::error_code ec;
  socket_.cancel(ec);
}

void Transport::begin_drain() {
  if (idle_ == Idle::fresh) deadline_ = std::min(deadline_, Loop::after_seconds(1));
  if (idle_ != Idle::kept) return;
  boost::system::error_code ec;
  socket_.cancel(ec);
}

void Transport::break_off() {
  boost::system::error_code ec;
  socket_.shutdown(tcp::socket::shutdown_both, ec);
  socket_.cancel(ec);
}

std::unexpected<Error> Transport::failure(const boost::system::error_code& ec) const {
  if (expired_) return fail(Code::request_timeout, "The connection made no progress for too long.");
  if (ec == asio::error::operation_aborted && loop_.draining()) {
    return fail(Code::unavailable, "The server is shutting down.");
  }
  return peer_gone(ec.message());
}

Task<Result<std::size_t>> Transport::receive(std::span<char> space, std::int64_t deadline,
                                             Idle idle) {
  if (loop_.draining() && idle == Idle::kept) {
    co_return fail(Code::unavailable, "The server is shutting down.");
  }
  expired_ = false;
  deadline_ = deadline;
  idle_ = idle;
  if (loop_.draining()) begin_drain();
  const auto [ec, count] =
      co_await socket_.async_receive(asio::buffer(space.data(), space.size()), awaited);
  deadline_ = never;
  idle_ = Idle::no;
  if (ec == asio::error::eof) co_return std::size_t{0};
  if (ec) co_return failure(ec);
  co_return count;
}

std::size_t Transport::receive_now(std::span<char> space) {
  const ssize_t count = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

Task<Result<>> Transport::wait_readable(std::int64_t deadline) {
  expired_ = false;
  deadline_ = deadline;
  const auto [ec] = co_await socket_.async_wait(tcp::socket::wait_read, awaited);
  deadline_ = never;
  if (ec) co_return failure(ec);
  co_return Result<>();
}

Task<Result<>> Transport::wait_writable() {
  expired_ = false;
  deadline_ = Loop::after_seconds(stall_seconds_);
  const auto [ec] = co_await socket_.async_wait(tcp::socket::wait_write, awaited);
  deadline_ = never;
  if (ec) co_return failure(ec);
  co_return Result<>();
}

Task<std::uint64_t> Transport::discard(std::uint64_t most, std::int64_t deadline) {
  std::uint64_t dropped = 0;
  while (dropped < most) {
    const std::size_t wanted = std::min<std::uint64_t>(most - dropped, 1 << 20);
    // On TCP, MSG_TRUNC drops the bytes inside the kernel: no buffer, no copy.
    const ssize_t count =
        ::recv(socket_.native_handle(), nullptr, wanted, MSG_DONTWAIT | MSG_TRUNC);
    if (count > 0) {
      dropped += static_cast<std::uint64_t>(count);
    } else if (count == 0 || !would_block() || !co_await wait_readable(deadline)) {
      break;
    }
    if (count > 0 && Loop::ticks() > deadline) break;
    if (count == static_cast<ssize_t>(wanted)) co_await loop_.yield();
  }
  co_return dropped;
}

Result<bool> Transport::send_now(Parts parts, bool more_follows) {
  while (true) {
    std::array<iovec, 4> vectors;
    std::size_t used = 0;
    std::size_t total = 0;
    for (const std::string_view part : parts) {
      if (part.empty()) continue;
      vectors[used++] = {const_cast<char*>(part.data()), part.size()};
      total += part.size();
    }
    if (used == 0) return true;
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = used;
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more_follows ? MSG_MORE : 0);
    const ssize_t count = ::sendmsg(socket_.native_handle(), &message, flags);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && would_block()) return false;
    if (count < 0) return send_failure();
    bytes_sent_ += static_cast<std::size_t>(count);
    if (static_cast<std::size_t>(count) == total) return true;
    advance(parts, static_cast<std::size_t>(count));
  }
}

Task<Result<>> Transport::send(std::string_view first, std::string_view second,
                               std::string_view third, bool more_follows) {
  std::array<std::string_view, 3> parts{first, second, third};
  while (!CO_TRY(send_now(parts, more_follows))) CO_TRY(co_await wait_writable());
  co_return Result<>();
}

void Transport::cork(bool on) {
  const int value = on ? 1 : 0;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

Task<Result<>> Transport::send_file(int file, std::uint64_t offset, std::uint64_t length) {
  off_t position = static_cast<off_t>(offset);
  while (length > 0) {
    const ssize_t count = ::sendfile(socket_.native_handle(), file, &position, length);
    if (count > 0) {
      bytes_sent_ += static_cast<std::uint64_t>(count);
      length -= static_cast<std::uint64_t>(count);
    } else if (count == 0) {
      co_return fail_internal("the file ended before its recorded size");
    } else if (would_block()) {
      CO_TRY(co_await wait_writable());
    } else if (errno != EINTR) {
      co_return send_failure();
    }
  }
  co_return Result<>();
}

Task<void> Transport::linger() {
  boost::system::error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec) co_return;
  co_await discard(most_lingering_bytes, Loop::after_seconds(most_lingering_seconds));
}

}  // namespace kohaku::http
