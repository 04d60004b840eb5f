// The two commands that sshd starts for each connection. They ask the server that runs, and never open
// its files.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "hub/config.h"

namespace kohaku::app {

// `ssh-keys {fingerprint} {key}?` and `ssh-serve {key id}`, with `words` behind the name; what sshd sets
// is read from the environment. Writes to standard output and error, and gives the exit status.
// unavailable when no server runs.
Result<int> ask_for_key(const hub::Config& config, const std::vector<std::string>& words);
Result<int> serve_connection(const hub::Config& config, const std::vector<std::string>& words);

}  // namespace kohaku::app
