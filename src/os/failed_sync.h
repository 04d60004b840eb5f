// What happens when the disk refuses to keep what was written. After an I/O error from fsync the
// kernel has forgotten which pages were not written, and a second fsync would wrongly succeed: so
// the process says so, answers what it has in hand, and ends. Started again, it reads the truth.
#pragma once

#include <string_view>

namespace kohaku::os {

// Logs the error and sends this process SIGTERM, upon which the server drains and ends. Any thread.
void end_after_failed_sync(std::string_view path, std::string_view reason);

// Whether that happened: main() then ends with a failure, so that a supervisor starts it again.
bool sync_has_failed();

}  // namespace kohaku::os
