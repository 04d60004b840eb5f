// What an operator does from the shell. Blocks; any thread but an event loop's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// A user with a confirmed e-mail address, or none; without a password they sign in by token only.
Result<> create_user(Hub& hub, const std::string& name, const std::optional<std::string>& email,
                     const std::optional<std::string>& password);

// The secret of a new token, shown this once. The role is "read" or "write".
Result<std::string> create_token(Hub& hub, const std::string& user, const std::string& name,
                                 const std::string& role);

}  // namespace kohaku::hub
