// How a failure is told, and with which exit status the program ends.
//
//   Code                  label                  type                  status
//   bad_request           Invalid Request        InvalidRequest        1   the hub refused what was asked
//   unauthorized          Authentication Error   AuthenticationError   1
//   forbidden             Permission Denied      PermissionDenied      1
//   not_found             Not Found              NotFound              1
//   conflict              Already Exists         AlreadyExists         1
//   too_many_requests     Too Many Requests      TooManyRequests       1
//   internal              Server Error           ServerError           1   the hub failed, or answers oddly
//   bad_gateway           Connection Error       ConnectionError       1   no whole answer
//   insufficient_storage  Output Error           OutputError           1   a file could not be written
//   unprocessable         Usage Error            UsageError            2   words or settings are wrong
#pragma once

#include "base/error.h"
#include "cli/screen.h"

namespace kohaku::cli {

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

// `Not Found: …` in one line, fit for a terminal; or {"error","type","status_code"}, where `http_status` is
// the hub's, null when 0. Returns the exit status.
int report(const Error& error, int http_status, bool as_json, const Screen& err);

}  // namespace kohaku::cli
