// Times as RFC 3339 writes them.
#pragma once

#include <optional>
#include <string_view>

#include "base/date.h"

namespace kohaku {

// "2025-01-15T12:00:00Z", with a fraction of a second or an offset such as +02:00; "2025-01-15" is the
// beginning of that day, UTC. Years 1970 to 9999. A fraction is cut to microseconds. Nothing for what is
// no such time.
std::optional<Micros> parse_rfc3339(std::string_view text);

}  // namespace kohaku
