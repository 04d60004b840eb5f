#include "app/ssh_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <limits>
#include <utility>
#include <vector>

namespace kohaku::app {
namespace {

namespace asio = boost::asio;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t piece_bytes = 128 << 10;

std::unexpected<Error> failure_of(const boost::system::error_code& code) {
  if (code == asio::error::operation_aborted) {
    return fail(Code::request_timeout, "Nothing was sent or taken for too long.");
  }
  return fail(Code::unavailable, "The client is gone.", code.message());
}

}  // namespace

struct SshStream::State {
  State(Socket taken, std::chrono::seconds most) : socket(std::move(taken)), patience(most) {}

  // From now on the patience counts anew. What waits at its end is given up.
  static void watch(const std::shared_ptr<State>& self) {
    self->timer.expires_after(self->patience);
    self->timer.async_wait([weak = std::weak_ptr(self)](const boost::system::error_code& renewed) {
      const auto state = weak.lock();
      if (renewed || !state || state->timer.expiry() > std::chrono::steady_clock::now()) return;
      boost::system::error_code ignored;
      state->socket.cancel(ignored);
    });
  }

  Socket socket;
  std::chrono::seconds patience;
  asio::steady_timer timer{socket.get_executor()};
  std::vector<std::byte> piece = std::vector<std::byte>(piece_bytes);
};

SshStream::SshStream(Socket socket, std::chrono::seconds patience)
    : state_(std::make_shared<State>(std::move(socket), patience)),
      limit_(std::numeric_limits<std::uint64_t>::max()) {}
SshStream::~SshStream() = default;

void SshStream::set_patience(std::chrono::seconds patience) {
  state_->patience = patience;
  State::watch(state_);
}

Task<Result<Bytes>> SshStream::read() {
  State::watch(state_);
  const auto [failure, count] =
      co_await state_->socket.async_read_some(asio::buffer(state_->piece), awaited);
  State::watch(state_);
  if (failure == asio::error::eof) co_return Bytes();
  if (failure) co_return failure_of(failure);
  given_ += count;
  if (given_ > limit_) co_return fail(Code::payload_too_large, "The client sent too much.");
  co_return Bytes(state_->piece).first(count);
}

Task<Result<>> SshStream::write(Bytes bytes) {
  while (!bytes.empty()) {
    State::watch(state_);
    const auto [failure, count] =
        co_await state_->socket.async_write_some(asio::buffer(bytes.data(), bytes.size()), awaited);
    if (failure) co_return failure_of(failure);
    bytes = bytes.subspan(count);
  }
  State::watch(state_);
  co_return Result<>();
}

}  // namespace kohaku::app
