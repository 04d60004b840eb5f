// `kohakuhub serve`: the server, from its first log line to its last.
#pragma once

#include "base/result.h"
#include "hub/config.h"

namespace kohaku::app {

// Returns after SIGTERM, when everything under way has been answered.
Result<> serve(hub::Config config);

// What `make run` shows a person: where the hub is and the next three things to type.
std::string greeting(const std::string& address, bool has_users);

}  // namespace kohaku::app
