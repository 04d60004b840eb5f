// What an answer other than 200 means, as one sentence that helps.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/settings.h"

namespace kohaku::cli {

// Headers are empty when they did not come.
struct Answer {
  int status = 0;
  std::string error_code;     // X-Error-Code
  std::string error_message;  // X-Error-Message
  std::string request_id;     // X-Request-Id
  std::string retry_after;    // Retry-After
  std::string body;
};

// The hub's own words lead, where it has some: `error` or `detail` of its JSON, or X-Error-Message. `subject`
// is what was asked for: "model org/name". The code is one of those that report.h lists.
Error refusal(const Answer& answer, const Settings& settings, std::string_view subject);

}  // namespace kohaku::cli
