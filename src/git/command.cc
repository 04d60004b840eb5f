#include "git/command.h"

#include <fmt/format.h>

#include <utility>

namespace kohaku::git {

std::vector<std::string> git_environment() {
  return {"LC_ALL=C",
          "HOME=/nonexistent",
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_CONFIG_GLOBAL=/dev/null",
          "GIT_ATTR_NOSYSTEM=1",
          "GIT_TERMINAL_PROMPT=0",
          "GIT_OPTIONAL_LOCKS=0",
          "GIT_NO_REPLACE_OBJECTS=1"};
}

os::ProcessOptions git_command(const os::Path& repository_directory,
                               std::vector<std::string> arguments) {
  os::ProcessOptions options;
  // The data directory may belong to another user than the one who runs an administrator's command.
  options.arguments = {"git", "-c", "safe.directory=*", "--git-dir=."};
  for (auto& argument : arguments) options.arguments.push_back(std::move(argument));
  options.environment = git_environment();
  options.directory = repository_directory;
  return options;
}

Result<std::string> run_git(const os::ProcessOptions& options) {
  auto result = TRY(os::run_process(options));
  if (result.exit_status == 0) return std::move(result.output);
  return fail_internal(fmt::format("git ended with status {} in {}: {}", result.exit_status,
                                   options.directory.native(), result.errors));
}

}  // namespace kohaku::git
