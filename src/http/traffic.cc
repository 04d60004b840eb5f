#include "http/traffic.h"

#include <functional>
#include <string>

#include "http/access_log.h"

namespace kohaku::http {

namespace {

// Seconds. From a cached answer to a transfer that takes its time.
const prometheus::Histogram::BucketBoundaries buckets{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

}  // namespace

Traffic::Traffic()
    : requests_(prometheus::BuildCounter()
                    .Name("kohakuhub_http_requests_total")
                    .Help("Requests answered, whole or broken off.")
                    .Register(registry_)),
      bytes_sent_(prometheus::BuildCounter()
                      .Name("kohakuhub_http_response_bytes_total")
                      .Help("Bytes of answers that were sent, with their headers.")
                      .Register(registry_)),
      bytes_received_(prometheus::BuildCounter()
                          .Name("kohakuhub_http_request_bytes_total")
                          .Help("Bytes of request bodies that were received.")
                          .Register(registry_)),
      seconds_(prometheus::BuildHistogram()
                   .Name("kohakuhub_http_request_duration_seconds")
                   .Help("From the complete request header to the last byte of the answer.")
                   .Register(registry_)) {}

Traffic::Counters Traffic::counters(const Kind& kind) {
  const std::string route(kind.route.empty() ? "unmatched" : kind.route);
  const prometheus::Labels by_route{{"route", route}};
  return {.requests = &requests_.Add({{"route", route},
                                      {"method", std::string(to_string(kind.method))},
                                      {"status", std::to_string(kind.status)}}),
          .bytes_sent = &bytes_sent_.Add(by_route),
          .bytes_received = &bytes_received_.Add(by_route),
          .seconds = &seconds_.Add(by_route, buckets)};
}

std::size_t TrafficMeter::Hash::operator()(const Traffic::Kind& kind) const {
  const auto rest =
      static_cast<std::size_t>(kind.status) * 16 + static_cast<std::size_t>(kind.method);
  return std::hash<std::string_view>{}(kind.route) ^ rest;
}

void TrafficMeter::count(Traffic& traffic, const Exchange& exchange) {
  const Traffic::Kind kind{exchange.request.route, exchange.request.method, exchange.sent.status};
  auto found = known_.find(kind);
  if (found == known_.end()) found = known_.emplace(kind, traffic.counters(kind)).first;
  const auto& counters = found->second;
  counters.requests->Increment();
  counters.bytes_sent->Increment(static_cast<double>(exchange.bytes_sent));
  if (exchange.bytes_received > 0) {
    counters.bytes_received->Increment(static_cast<double>(exchange.bytes_received));
  }
  counters.seconds->Observe(static_cast<double>(exchange.duration_micros) * 1e-6);
}

}  // namespace kohaku::http
