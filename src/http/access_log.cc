#include "http/access_log.h"

#include "os/log.h"

namespace kohaku::http {

void log_exchange(const Exchange& exchange) {
  const os::Level level = exchange.sent.status >= 500 ? os::Level::warning : os::Level::info;
  if (!os::log_enabled(level)) return;
  const Request& request = exchange.request;
  const std::string_view detail =
      exchange.sent.failure.empty() ? exchange.detail : std::string_view(exchange.sent.failure);
  os::log(level, "request",
          {{"id", std::string_view(request.id)},
           {"method", std::string_view(request.method_text)},
           {"path", request.path().substr(0, 1024)},
           {"status", std::int64_t{exchange.sent.status}},
           {"sent", static_cast<std::int64_t>(exchange.bytes_sent)},
           {"received", static_cast<std::int64_t>(exchange.bytes_received)},
           {"micros", exchange.duration_micros},
           {"peer", std::string_view(request.peer_address)},
           {"agent", request.headers.get("User-Agent").substr(0, 200)},
           {"complete", exchange.sent.complete},
           {"detail", detail.substr(0, 1024)}});
}

}  // namespace kohaku::http
