#include "hub/metrics.h"

#include <prometheus/text_serializer.h>

#include <memory>
#include <utility>

#include "hub/hub.h"

namespace kohaku::hub {
namespace {

template <class Builder>
auto& job_family(Builder builder, prometheus::Registry& registry, const char* name,
                 const char* help) {
  return builder.Name(name).Help(help).Register(registry);
}

prometheus::ClientMetric row(prometheus::MetricType type, double value,
                             const Metrics::Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, text] : labels) metric.label.push_back({name, text});
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

}  // namespace

std::shared_ptr<Metrics> make_metrics() { return std::make_shared<Metrics>(); }

Metrics::Metrics()
    : job_last_run_(job_family(prometheus::BuildGauge(), registry_,
                               "kohakuhub_job_last_run_timestamp_seconds",
                               "When the job's last turn ended.")),
      job_last_duration_(job_family(prometheus::BuildGauge(), registry_,
                                    "kohakuhub_job_last_duration_seconds",
                                    "How long the job's last turn took.")),
      job_runs_(job_family(prometheus::BuildCounter(), registry_, "kohakuhub_job_runs_total",
                           "Turns of the job that ended.")),
      job_failures_(job_family(prometheus::BuildCounter(), registry_,
                               "kohakuhub_job_failures_total",
                               "Turns of the job in which something failed.")) {
  collect([this] { return registry_.Collect(); });
}

void Metrics::gauge(std::string name, std::string help, Value value, Labels labels) {
  add({std::move(name), std::move(help), prometheus::MetricType::Gauge, std::move(value),
       std::move(labels)});
}

void Metrics::counter(std::string name, std::string help, Value value, Labels labels) {
  add({std::move(name), std::move(help), prometheus::MetricType::Counter, std::move(value),
       std::move(labels)});
}

void Metrics::add(Number number) {
  collect([number = std::move(number)] {
    return Families{
        {number.name, number.help, number.type, {row(number.type, number.value(), number.labels)}}};
  });
}

void Metrics::collect(std::function<Families()> ask) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(std::move(ask));
}

void Metrics::job_ended(std::string_view job, Micros at, double seconds, bool failed) {
  // Not `job`: that is what Prometheus calls the scrape.
  // Not `job`, which is what Prometheus calls the scrape.
  const prometheus::Labels labels{{"name", std::string(job)}};
  job_last_run_.Add(labels).Set(static_cast<double>(at.value) * 1e-6);
  job_last_duration_.Add(labels).Set(seconds);
  job_runs_.Add(labels).Increment();
  auto& failures = job_failures_.Add(labels);  // 0 is a number, too
  if (failed) failures.Increment();
}

std::string Metrics::text() const {
  // The asked may take their time: not under the lock.
  const auto asked = [this] {
    const std::lock_guard lock(mutex_);
    return asked_;
  }();
  // A family stands in one piece.
  std::map<std::string, prometheus::MetricFamily> by_name;
  for (const auto& ask : asked) {
    for (auto& family : ask()) {
      const auto [found, is_new] = by_name.try_emplace(family.name, family);
      if (is_new) continue;
      auto& rows = found->second.metric;
      rows.insert(rows.end(), family.metric.begin(), family.metric.end());
    }
  }
  Families families;
  for (auto& [name, family] : by_name) {
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace kohaku::hub
