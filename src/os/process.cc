#include "os/process.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>

#include "os/child.h"
#include "os/retry.h"
#include "os/system_error.h"

namespace kohaku::os {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t most_errors = 64 << 10;

// Writing to a child that reads no more must not end this process.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    if (sigismember(&before_, SIGPIPE) == 0) {
      const timespec at_once{};
      while (::sigtimedwait(&pipe_, nullptr, &at_once) > 0) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

// Feeds the child and collects what it says.
class Conversation {
 public:
  Conversation(const ProcessOptions& options, File input, File output, File errors)
      : options_(options),
        input_(std::move(input)),
        output_(std::move(output)),
        errors_(std::move(errors)),
        deadline_(std::chrono::steady_clock::now() +
                  std::chrono::seconds(options.timeout_seconds)) {
    set_nonblocking(*input_);
    set_nonblocking(*output_);
    set_nonblocking(*errors_);
    if (options_.input.empty()) input_.reset();
  }

  Result<ProcessResult> run(Child& child) {
    const WithoutSigpipe guard;
    bool running = true;
    while (running || output_ || errors_) {
      std::array<pollfd, 4> ready = {pollfd{input_ ? input_->descriptor() : -1, POLLOUT, 0},
                                     pollfd{output_ ? output_->descriptor() : -1, POLLIN, 0},
                                     pollfd{errors_ ? errors_->descriptor() : -1, POLLIN, 0},
                                     pollfd{running ? child.descriptor() : -1, POLLIN, 0}};
      if (!TRY(wait(ready))) return timed_out();
      if (ready[0].revents != 0) TRY(feed());
      if (ready[1].revents != 0) TRY(take_output());
      if (ready[2].revents != 0) TRY(take(errors_, result_.errors, most_errors, false));
      if (ready[3].revents != 0) {
        result_.exit_status = child.reap();
        running = false;
        input_.reset();
      }
    }
    return std::move(result_);
  }

 private:
  std::unexpected<Error> timed_out() const {
    return fail_internal(fmt::format("{} ran longer than {} seconds", options_.arguments[0],
                                     options_.timeout_seconds));
  }

  // False when the deadline has passed.
  Result<bool> wait(std::span<pollfd> ready) const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const int count = ::poll(ready.data(), ready.size(), static_cast<int>(left.count()));
    if (count < 0 && errno == EINTR) {
      for (auto& entry : ready) entry.revents = 0;
      return true;
    }
    if (count < 0) return fail_system(errno, "poll", options_.arguments[0]);
    return count > 0;
  }

  Result<> feed() {
    const auto rest = std::string_view(options_.input).substr(fed_);
    const auto put = retry([&] { return ::write(input_->descriptor(), rest.data(), rest.size()); });
    if (put < 0 && errno == EAGAIN) return {};
    if (put < 0 && errno != EPIPE) return fail_system(errno, "write to", options_.arguments[0]);
    fed_ += put < 0 ? rest.size() : static_cast<std::size_t>(put);  // EPIPE: it reads no more
    if (fed_ == options_.input.size()) input_.reset();
    return {};
  }

  Result<> take_output() {
    TRY(take(output_, result_.output, options_.most_output, true));
    if (!options_.on_output) return {};
    TRY(options_.on_output(result_.output));
    result_.output.clear();
    return {};
  }

  Result<> take(std::optional<File>& from, std::string& into, std::size_t most, bool all) {
    std::array<char, 65536> buffer;
    const auto got =
        retry([&] { return ::read(from->descriptor(), buffer.data(), buffer.size()); });
    if (got < 0 && errno == EAGAIN) return {};
    if (got < 0) return fail_system(errno, "read from", options_.arguments[0]);
    if (got == 0) {
      from.reset();
      return {};
    }
    const auto room = most - into.size();
    if (all && static_cast<std::size_t>(got) > room) {
      return fail_internal(fmt::format("{} wrote more than {} bytes", options_.arguments[0], most));
    }
    into.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
    return {};
  }

  const ProcessOptions& options_;
  std::optional<File> input_;
  std::optional<File> output_;
  std::optional<File> errors_;
  Deadline deadline_;
  std::size_t fed_ = 0;
  ProcessResult result_;
};

}  // namespace

Result<ProcessResult> run_process(const ProcessOptions& options) {
  auto input = TRY(make_pipe());
  auto output = TRY(make_pipe());
  auto errors = TRY(make_pipe());
  auto child = TRY(Child::start(options, {input.read_end, output.write_end, errors.write_end}));
  {
    const File child_side = std::move(input.read_end);
  }
  {
    const File child_side = std::move(output.write_end);
  }
  {
    const File child_side = std::move(errors.write_end);
  }
  return Conversation(options, std::move(input.write_end), std::move(output.read_end),
                      std::move(errors.read_end))
      .run(child);
}

}  // namespace kohaku::os
