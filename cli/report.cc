#include "cli/report.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <string>

#include "cli/json_text.h"
#include "cli/terminal_text.h"

namespace kohaku::cli {
namespace {

std::string_view label(Code code) {
  switch (code) {
    case Code::bad_request: return "Invalid Request";
    case Code::unauthorized: return "Authentication Error";
    case Code::forbidden: return "Permission Denied";
    case Code::not_found: return "Not Found";
    case Code::conflict: return "Already Exists";
    case Code::too_many_requests: return "Too Many Requests";
    case Code::bad_gateway: return "Connection Error";
    case Code::insufficient_storage: return "Output Error";
    case Code::unprocessable: return "Usage Error";
    default: return "Server Error";
  }
}

std::string type(Code code) {
  std::string words(label(code));
  std::erase(words, ' ');
  return words;
}

boost::json::value as_value(const Error& error, int http_status) {
  boost::json::value value{{"error", printable(error.message)}, {"type", type(error.code)}};
  value.get_object()["status_code"] =
      http_status == 0 ? boost::json::value() : boost::json::value(http_status);
  return value;
}

}  // namespace

int report(const Error& error, int http_status, bool as_json, const Screen& err) {
  if (as_json) {
    err.print(pretty(as_value(error, http_status)));
  } else {
    err.print(fmt::format("{}: {}\n", err.styled(label(error.code), Style::bold),
                          printable(error.message)));
  }
  return error.code == Code::unprocessable ? exit_usage : exit_failure;
}

}  // namespace kohaku::cli
