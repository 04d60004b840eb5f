#include "os/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "os/retry.h"
#include "os/system_error.h"

namespace kohaku::os {
namespace {

// Above the standard three, which the child gets as copies of these.
Result<File> above_standard(File file) {
  if (file.descriptor() > STDERR_FILENO) return file;
  const int copy = ::fcntl(file.descriptor(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) return fail_system(errno, "dup", "a pipe");
  return File(copy);
}

// What posix_spawn is told: standard files, directory, signals as a fresh program expects them, a
// process group of its own, and no other descriptor.
class SpawnPlan {
 public:
  SpawnPlan(const StandardFiles& files, const Path& directory) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, files.input.descriptor(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, files.output.descriptor(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, files.errors.descriptor(), STDERR_FILENO);
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

// posix_spawn cannot set a limit, and from outside it would come too late for what the program starts
// at once: so a shell sets it, and becomes the program.
ProcessOptions with_limited_memory(ProcessOptions options) {
  const auto kibibytes = std::max<std::uint64_t>(1, options.most_memory >> 10U);
  std::vector<std::string> arguments{"/bin/sh", "-c",
                                     fmt::format("ulimit -d {} && exec \"$@\"", kibibytes), "sh"};
  std::ranges::move(options.arguments, std::back_inserter(arguments));
  options.arguments = std::move(arguments);
  return options;
}

}  // namespace

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

Result<Child> Child::start(const ProcessOptions& options, const StandardFiles& files) {
  if (options.arguments.empty()) return fail_internal("a child process without a program");
  SpawnPlan plan(files, options.directory);
  if (options.most_memory == 0) return Child(TRY(plan.spawn(options)));
  return Child(TRY(plan.spawn(with_limited_memory(options))));
}

Child::Child(pid_t id) : id_(id), ended_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))) {}

Child::Child(Child&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      ended_(std::move(other.ended_)),
      exit_status_(other.exit_status_) {}

Child::~Child() {
  if (id_ > 0) std::ignore = reap();
}

void Child::kill() {
  // Not after waiting: then the number may be another process's.
  if (!exit_status_) ::kill(-id_, SIGKILL);
}

int Child::reap() {
  if (!exit_status_) {
    kill();
    int status = 0;
    retry([&] { return ::waitpid(id_, &status, 0); });
    exit_status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return *exit_status_;
}

}  // namespace kohaku::os
