// The configuration: KOHAKU_HUB_… first, the command line over it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "hub/config.h"

namespace kohaku::app {

// Reads one variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

Environment process_environment();

// bad_request with the variable's name for a value that cannot be read.
Result<hub::Config> read_config(const Environment& environment);

}  // namespace kohaku::app
