// What the running server answers to sshd's two commands.
#pragma once

#include <string_view>

#include "app/ssh_question.h"
#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::app {

// `restrict,command="… ssh-serve --data-dir … {id}" {type} {key}`, or nothing for an unknown key.
Result<SshAnswer> authorized_key(hub::Hub& hub, const AskedKey& asked);

// Failures carry a sentence for the person at the terminal. git-lfs-authenticate gets its JSON; git's own
// services are not served yet. Blocks.
Result<SshAnswer> serve_ssh(hub::Hub& hub, const AskedService& asked);

}  // namespace kohaku::app
