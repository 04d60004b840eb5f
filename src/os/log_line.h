// How one event of the log looks, apart from where it goes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/date.h"
#include "os/log.h"

namespace kohaku::os {

// Exactly one line with its newline, whatever the message and the values hold.
std::string format_log_line(LogFormat format, Micros time, Level level, std::string_view message,
                            std::span<const Field> fields);

}  // namespace kohaku::os
