#include "api/site/metrics.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "hub/metrics.h"

namespace kohaku::api {
namespace {

bool is_loopback(std::string_view address) {
  return address == "::1" || address.starts_with("127.");
}

// `localhost:28080`, `127.0.0.1`, `[::1]:28080`. What a page elsewhere calls this machine is none of them.
bool is_loopback_host(std::string_view host) {
  if (host.starts_with("[::1]")) return true;
  const auto name = host.substr(0, host.find(':'));
  return name == "localhost" || (is_loopback(name) && std::ranges::all_of(name, [](char c) {
                                   return c == '.' || (c >= '0' && c <= '9');
                                 }));
}

bool bears(const http::Request& request, std::string_view token) {
  constexpr std::string_view scheme = "Bearer ";
  const auto header = request.headers.get("Authorization");
  return !token.empty() && header.starts_with(scheme) &&
         equal_in_constant_time(as_bytes(header.substr(scheme.size())), as_bytes(token));
}

}  // namespace

bool may_read_metrics(const http::Request& request, std::string_view token) {
  if (bears(request, token)) return true;
  return !request.forwarded && is_loopback(request.peer_address) &&
         is_loopback_host(request.headers.get("Host"));
}

Result<http::Reply> metrics(const hub::Anyone&, Call& call) {
  if (!may_read_metrics(call.request, call.hub.config.metrics_token)) {
    return fail(Code::forbidden,
                "Metrics are for programs on this machine, and for those that send the value of"
                " KOHAKU_HUB_METRICS_TOKEN as a Bearer token.");
  }
  http::Reply reply;
  reply.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  reply.headers.set("Cache-Control", "no-store");
  reply.body = call.hub.metrics->text();
  return reply;
}

}  // namespace kohaku::api
