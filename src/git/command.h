// How git is spawned: a fixed argument vector, an environment of our choosing, no configuration but
// the repository's own, never a question at a terminal.
#pragma once

#include <string>
#include <vector>

#include "os/process.h"

namespace kohaku::git {

// `git {arguments}` in a bare repository's directory. Run it on a Pool: it blocks.
os::ProcessOptions git_command(const os::Path& repository_directory,
                               std::vector<std::string> arguments);

// The environment of every git we spawn.
std::vector<std::string> git_environment();

// Runs it: Code::internal with the last words of git when it ends with another status than 0.
Result<std::string> run_git(const os::ProcessOptions& options);

}  // namespace kohaku::git
