#include "os/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>

#include "os/retry.h"
#include "os/system_error.h"

namespace kohaku::os {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t most_errors = 64 << 10;

struct Pipe {
  File read_end;
  File write_end;
};

// Above the standard three, which the child gets as copies of these.
Result<File> above_standard(File file) {
  if (file.descriptor() > STDERR_FILENO) return file;
  const int copy = ::fcntl(file.descriptor(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) return fail_system(errno, "dup", "a pipe");
  return File(copy);
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail_system(errno, "pipe", "for a child process");
  File read_end(ends[0]);
  File write_end(ends[1]);
  return Pipe{TRY(above_standard(std::move(read_end))), TRY(above_standard(std::move(write_end)))};
}

void set_nonblocking(const File& file) {
  ::fcntl(file.descriptor(), F_SETFL, ::fcntl(file.descriptor(), F_GETFL) | O_NONBLOCK);
}

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

// What posix_spawn is told: standard files, directory, signals as a fresh program expects them, a
// process group of its own, and no other descriptor.
class SpawnPlan {
 public:
  SpawnPlan(const Pipe& input, const Pipe& output, const Pipe& errors, const Path& directory) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input.read_end.descriptor(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output.write_end.descriptor(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors.write_end.descriptor(), STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());

    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                               POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  Result<pid_t> spawn(const ProcessOptions& options) {
    std::vector<char*> arguments;
    arguments.reserve(options.arguments.size() + 1);
    for (const auto& argument : options.arguments) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);

    const char* own_path = std::getenv("PATH");
    auto path = fmt::format("PATH={}", own_path != nullptr ? own_path : "/usr/bin:/bin");
    std::vector<char*> environment{path.data()};
    for (const auto& variable : options.environment) {
      if (!variable.starts_with("PATH="))
        environment.push_back(const_cast<char*>(variable.c_str()));
    }
    environment.push_back(nullptr);

    pid_t child = -1;
    const int failure = ::posix_spawnp(&child, arguments[0], &actions_, &attributes_,
                                       arguments.data(), environment.data());
    if (failure != 0) {
      return fail_internal(fmt::format("spawn {}: {}", options.arguments[0],
                                       std::generic_category().message(failure)));
    }
    return child;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// A running child and everything below it; killed and reaped at the latest with this object.
class Child {
 public:
  explicit Child(pid_t id) : id_(id), ended_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))) {}
  ~Child() { std::ignore = reap(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Becomes readable when the child ends.
  int descriptor() const { return ended_.descriptor(); }

  // Kills what is left of the process group and waits: exit status, or 128 + signal.
  int reap() {
    if (!exit_status_) {
      // Before waiting: afterwards the number may be another process's.
      ::kill(-id_, SIGKILL);
      int status = 0;
      retry([&] { return ::waitpid(id_, &status, 0); });
      exit_status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return *exit_status_;
  }

 private:
  pid_t id_;
  File ended_;
  std::optional<int> exit_status_;
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
      if (ready[1].revents != 0) TRY(take(output_, result_.output, options_.most_output, true));
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
  if (options.arguments.empty()) return fail_internal("run_process without a program");
  auto input = TRY(make_pipe());
  auto output = TRY(make_pipe());
  auto errors = TRY(make_pipe());
  Child child(TRY(SpawnPlan(input, output, errors, options.directory).spawn(options)));
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
