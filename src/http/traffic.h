// What is counted of every request, for Prometheus (docs/metrics.md): by route, method and status. A
// route is a pattern, never a path, so that there are not more rows than the program has routes.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "http/message.h"

namespace kohaku::http {

struct Exchange;  // http/access_log.h

// The counters of all loops together. Any thread.
class Traffic {
 public:
  struct Kind {
    std::string_view route;  // empty: none
    Method method;
    int status;
    friend bool operator==(const Kind&, const Kind&) = default;
  };
  struct Counters {
    prometheus::Counter* requests;
    prometheus::Counter* bytes_sent;      // with headers
    prometheus::Counter* bytes_received;  // of bodies
    prometheus::Histogram* seconds;       // from the complete head to the last byte of the answer
  };

  Traffic();
  // Made when missing; valid while this lives. Slow: by text, under locks.
  Counters counters(const Kind& kind);
  std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Counter>& bytes_sent_;
  prometheus::Family<prometheus::Counter>& bytes_received_;
  prometheus::Family<prometheus::Histogram>& seconds_;
};

// One loop's way to the counters, which it looks up once each. That loop's thread only.
class TrafficMeter {
 public:
  // Always with the same `traffic`, which outlives this.
  void count(Traffic& traffic, const Exchange& exchange);

 private:
  struct Hash {
    std::size_t operator()(const Traffic::Kind& kind) const;
  };
  std::unordered_map<Traffic::Kind, Traffic::Counters, Hash> known_;
};

}  // namespace kohaku::http
