// Child processes: fixed argument vector, an environment of our choosing, never a shell. A child
// inherits no descriptor but the standard three, and leads a process group that dies with it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
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
  std::uint64_t most_memory = 0;       // bytes each process of it may allocate; 0: any number
  // Takes the output as it comes, in place of ProcessResult::output; a failure ends the child.
  std::function<Result<>(std::string_view)> on_output = {};
};

// Blocks; call it on a Pool.
Result<ProcessResult> run_process(const ProcessOptions& options);

}  // namespace kohaku::os
