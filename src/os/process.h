// Child processes: fixed argument vector, an environment of our choosing, never a shell. A child
// inherits no descriptor but the standard three, and leads a process group that dies with it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "os/files.h"

namespace kohaku::os {

struct ProcessResult {
  int exit_status = 0;  // 128 + signal when it was killed
  std::string output;   // standard output, whole
  std::string errors;   // standard error, its first 64 KiB
};

struct ProcessOptions {
  std::vector<std::string> arguments;    // arguments[0] is the program, looked up in PATH
  std::vector<std::string> environment;  // NAME=value; only PATH is inherited
  Path directory;
  std::string input;
  std::size_t most_output = 16 << 20;  // more: SIGKILL and Code::internal
  int timeout_seconds = 600;           // then SIGKILL and Code::internal
};

// Blocks; call it on a Pool.
Result<ProcessResult> run_process(const ProcessOptions& options);

}  // namespace kohaku::os
