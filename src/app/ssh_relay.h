// Carries git's conversation between an SSH connection, which is our standard input and output, and the
// running server.
#pragma once

#include <string_view>

#include "os/files.h"

namespace kohaku::app {

// Until the server closes `socket` or nobody takes what it says. `begun`: what it has said already. The end
// of standard input closes one side of the socket only. Blocks.
void relay(const os::File& socket, std::string_view begun);

}  // namespace kohaku::app
