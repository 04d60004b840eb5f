// Child processes: fixed argument vector, an environment of our choosing, never a shell.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "os/files.h"

namespace kohaku::os {

struct ProcessResult {
  int exit_status = 0;  // 128 + signal when it was killed
  std::string output;   // standard output, at most `most_output` bytes
  std::string errors;   // standard error, at most 64 KiB
};

struct ProcessOptions {
  std::vector<std::string> arguments;    // arguments[0] is the program, looked up in PATH
  std::vector<std::string> environment;  // NAME=value; nothing is inherited but PATH
  Path directory;
  std::string input;
  std::size_t most_output = 16 << 20;
  int timeout_seconds = 600;  // then SIGKILL and Code::internal
};

// Blocks; call it on a Pool.
Result<ProcessResult> run_process(const ProcessOptions& options);

}  // namespace kohaku::os
