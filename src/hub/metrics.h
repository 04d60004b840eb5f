// The numbers that /metrics tells (docs/metrics.md). Who has one registers it here, once, when the
// server is put together (app/metrics.cc):
//
//   hub.metrics->gauge("kohakuhub_events_pending", "Events not folded yet.",
//                      [&] { return static_cast<double>(journal.pending()); });
//
// Names and labels are for everybody who may read /metrics: never the name of a repository, a user or
// a path.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include "base/date.h"

namespace kohaku::hub {

// Any thread.
class Metrics {
 public:
  using Families = std::vector<prometheus::MetricFamily>;
  using Labels = std::map<std::string, std::string>;
  using Value = std::function<double()>;

  Metrics();

  // Asked at each scrape, on a thread of the pool, several perhaps at once: quick, and nothing that
  // waits. What it uses outlives the last request. The same name again, with other labels, is another
  // row. `name` in the manner of Prometheus, with its unit; a counter's ends in `_total` and never falls.
  void gauge(std::string name, std::string help, Value value, Labels labels = {});
  void counter(std::string name, std::string help, Value value, Labels labels = {});
  // Whole families at a time, under the same conditions.
  void collect(std::function<Families()> ask);

  // A turn of a background job is over; see hub/job_turn.h.
  void job_ended(std::string_view job, Micros at, double seconds, bool failed);

  // All of it in the text format of Prometheus, version 0.0.4.
  std::string text() const;

 private:
  struct Number {
    std::string name;
    std::string help;
    prometheus::MetricType type;
    Value value;
    Labels labels;
  };
  void add(Number number);

  mutable std::mutex mutex_;
  std::vector<std::function<Families()>> asked_;

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Gauge>& job_last_run_;
  prometheus::Family<prometheus::Gauge>& job_last_duration_;
  prometheus::Family<prometheus::Counter>& job_runs_;
  prometheus::Family<prometheus::Counter>& job_failures_;
};

}  // namespace kohaku::hub
