// What an operator types besides `serve`. One implementation for both ways it may run: inside the
// server, asked through its control socket, or alone while no server runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::app {

struct CommandRequest {
  std::vector<std::string> words;  // {"admin", "token", "create", "alice", "laptop"}
  std::string input;               // standard input, for what must not stand on a command line
};

struct CommandAnswer {
  int exit_status = 0;
  std::string output;  // for standard output
};

// Told once a second, in a few words, how far a long command has come.
using CommandProgress = std::function<void(const std::string&)>;

// `words` and `input` to text; failures carry a sentence for the operator.
Result<CommandAnswer> run_command(hub::Hub& hub, const CommandRequest& request,
                                  const CommandProgress& progress);

}  // namespace kohaku::app
