// The git programs behind a fetch, and what a client may choose about them.
// Source: gitprotocol-http(5), gitprotocol-v2(5), git-upload-pack(1).
#pragma once

#include <string>
#include <string_view>

#include "git/command.h"

namespace kohaku::git {

// 0, 1 or 2, from a Git-Protocol header: the highest `version=` in its list; 0 for all else.
int protocol_version(std::string_view header);

// What a client says of itself ("git/2.39.5") in the lines with which it begins to speak; "" when it does not.
std::string client_agent(std::string_view begun);

// `git upload-pack`: only telling what there is to fetch, for one request of a fetch (HTTP), or for all of
// a conversation (SSH).
enum class UploadPack { advertise, answer, converse };
os::ProcessOptions upload_pack_command(const os::Path& repository_directory, UploadPack what,
                                       int protocol);

}  // namespace kohaku::git
