// The answer to a change of a branch that met conflicts, on the wire.
#pragma once

#include <string>
#include <vector>

#include "http/message.h"

namespace kohaku::api {

// 409 Conflict {"error","detail","conflicts":[path, …]}; the first of the paths are in the sentence.
http::Reply conflict_reply(const std::string& what, std::vector<std::string> paths);

// A body of these is small: names, flags and a message.
inline constexpr std::uint64_t most_branch_body_bytes = 256 * 1024;

}  // namespace kohaku::api
