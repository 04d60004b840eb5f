// What the running server answers to sshd's two commands.
#pragma once

#include <string>
#include <variant>

#include "app/ssh_question.h"
#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::app {

// `restrict,command="… ssh-serve --data-dir … {id}" {type} {key}`, or nothing for an unknown key.
Result<SshAnswer> authorized_key(hub::Hub& hub, const AskedKey& asked);

// What somebody behind a key may do now.
struct SshFetch {
  hub::ReadableContent repo;
  int protocol;
  std::string address;  // of the client
};
struct SshPush {
  hub::WritableRepo repo;
  int protocol;
};
using GrantedService = std::variant<SshAnswer, SshFetch, SshPush>;

// Failures carry a sentence for the person at the terminal. git-lfs-authenticate gets its JSON. Blocks.
Result<GrantedService> serve_ssh(hub::Hub& hub, const AskedService& asked);

}  // namespace kohaku::app
