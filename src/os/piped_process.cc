#include "os/piped_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "os/child.h"

namespace kohaku::os {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_errors = 64 << 10;
constexpr int pipe_bytes = 1 << 20;

// Copies, since the descriptor closes what it is given.
int copy_of(int descriptor) { return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3); }

}  // namespace

struct PipedProcess::State {
  State(const asio::any_io_executor& executor, Child started, int stall)
      : child(std::move(started)),
        input(executor),
        output(executor),
        errors(executor),
        ended(executor, copy_of(child.descriptor())),
        taken(executor),
        given(executor),
        drained(executor, asio::steady_timer::time_point::max()),
        stall_seconds(stall) {}

  // Ends the child when an operation has not come to its end in time.
  void watch(asio::steady_timer& timer, const std::shared_ptr<State>& self) {
    timer.expires_after(std::chrono::seconds(stall_seconds));
    timer.async_wait([weak = std::weak_ptr(self)](const boost::system::error_code& cancelled) {
      const auto state = weak.lock();
      if (!cancelled && state) state->child.kill();
    });
  }

  Child child;
  Descriptor input, output, errors, ended;
  asio::steady_timer taken, given;  // deadlines of write() and read()
  asio::steady_timer drained;       // cancelled at the end of standard error
  int stall_seconds;
  bool errors_ended = false;
  std::string error_text;
};

namespace {

// Standard error is read all the time: a child that cannot write it would stop. It does not hold
// the state while it waits, so that dropping the process ends it.
template <class State>
Task<void> drain(std::shared_ptr<State> state) {
  std::array<char, 4096> buffer;
  const std::weak_ptr<State> weak = state;
  auto errors = std::move(state->errors);
  state.reset();
  while (true) {
    const auto [failure, count] = co_await errors.async_read_some(asio::buffer(buffer), awaited);
    const auto alive = weak.lock();
    if (!alive) co_return;
    auto& text = alive->error_text;
    text.append(buffer.data(), std::min(count, most_errors - text.size()));
    if (!failure) continue;
    alive->errors_ended = true;
    alive->drained.cancel();
    co_return;
  }
}

}  // namespace

PipedProcess::PipedProcess(std::shared_ptr<State> state) : state_(std::move(state)) {}
PipedProcess::PipedProcess(PipedProcess&&) noexcept = default;
PipedProcess::~PipedProcess() {
  // Closes standard error at the child's side, so that drain() ends.
  if (state_) state_->child.reap();
}

Task<Result<PipedProcess>> PipedProcess::start(ProcessOptions options, std::optional<File> input) {
  const auto executor = co_await asio::this_coro::executor;
  std::optional<Pipe> feed;
  if (!input) feed = CO_TRY(make_pipe());
  auto output = CO_TRY(make_pipe());
  auto errors = CO_TRY(make_pipe());
  // Fewer turns for long answers; a smaller pipe does as well.
  ::fcntl(output.read_end.descriptor(), F_SETPIPE_SZ, pipe_bytes);
  auto child = CO_TRY(
      Child::start(options, {feed ? feed->read_end : *input, output.write_end, errors.write_end}));
  auto state = std::make_shared<State>(executor, std::move(child), options.timeout_seconds);
  if (feed) state->input.assign(copy_of(feed->write_end.descriptor()));
  state->output.assign(copy_of(output.read_end.descriptor()));
  state->errors.assign(copy_of(errors.read_end.descriptor()));
  asio::co_spawn(executor, drain(state), asio::detached);
  co_return PipedProcess(std::move(state));
}

Task<Result<>> PipedProcess::write(Bytes bytes) {
  state_->watch(state_->taken, state_);
  const auto [failure, count] =
      co_await asio::async_write(state_->input, asio::buffer(bytes.data(), bytes.size()), awaited);
  state_->taken.cancel();
  if (!failure) co_return Result<>();
  co_return fail(Code::unavailable, "The program reads no more.", failure.message());
}

void PipedProcess::end_input() {
  boost::system::error_code ignored;
  state_->input.close(ignored);
}

Task<Result<std::size_t>> PipedProcess::read(std::span<char> space) {
  state_->watch(state_->given, state_);
  const auto [failure, count] =
      co_await state_->output.async_read_some(asio::buffer(space.data(), space.size()), awaited);
  state_->given.cancel();
  if (failure == asio::error::eof) co_return std::size_t{0};
  if (failure) co_return fail_internal("read from a child: " + failure.message());
  co_return count;
}

Task<void> PipedProcess::ended() {
  co_await state_->ended.async_wait(Descriptor::wait_read, asio::use_awaitable);
}

Task<ProcessResult> PipedProcess::finish() {
  state_->watch(state_->given, state_);
  co_await state_->ended.async_wait(Descriptor::wait_read, awaited);
  state_->given.cancel();
  const int status = state_->child.reap();
  while (!state_->errors_ended) co_await state_->drained.async_wait(awaited);
  co_return ProcessResult{status, {}, std::move(state_->error_text)};
}

}  // namespace kohaku::os
