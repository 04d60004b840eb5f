// The Unix socket {data}/ssh.sock (mode 0600): sshd's commands reach the running server. One question a
// connection, see ssh_question.h, and git's conversation behind it. Apart from the control socket, where a check of everything may keep
// others waiting for hours.
#pragma once

#include "base/result.h"
#include "http/server.h"
#include "hub/hub.h"

namespace kohaku::app {

// Listens at once; answers as jobs of `server` while it runs. `hub` must outlive them.
Result<> serve_ssh_socket(http::Server& server, hub::Hub& hub);

}  // namespace kohaku::app
