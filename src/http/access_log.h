// One line per request. Paths are logged without their query, which may hold signatures.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"
#include "http/reply_writer.h"

namespace kohaku::http {

struct Exchange {
  const Request& request;
  const Sent& sent;
  std::string_view detail;           // why it failed; empty else
  std::uint64_t bytes_sent = 0;      // with headers
  std::uint64_t bytes_received = 0;  // of the body
  std::int64_t duration_micros = 0;
};

// A warning for an answer of 5xx, information for others; nothing when that level is off.
void log_exchange(const Exchange& exchange);

}  // namespace kohaku::http
