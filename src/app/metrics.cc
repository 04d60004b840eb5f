#include "app/metrics.h"

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/version.h"
#include "hub/metrics.h"
#include "hub/store_meter.h"
#include "os/log.h"
#include "os/process_usage.h"
#include "stats/fold.h"

namespace kohaku::app {
namespace {

using Families = hub::Metrics::Families;
using prometheus::MetricType;

double seconds(Micros time) { return static_cast<double>(time.value) * 1e-6; }

void add(Families& families, std::string name, std::string help, MetricType type, double value) {
  prometheus::ClientMetric row;
  (type == MetricType::Counter ? row.counter.value : row.gauge.value) = value;
  families.push_back({std::move(name), std::move(help), type, {std::move(row)}});
}

template <std::integral Number>
void add(Families& families, std::string name, std::string help, MetricType type, Number value) {
  add(families, std::move(name), std::move(help), type, static_cast<double>(value));
}

// By the names that every client library of Prometheus gives them.
Families process_families() {
  const auto usage = os::process_usage();
  Families families;
  add(families, "process_cpu_seconds_total", "Processor time, user and system.",
      MetricType::Counter, usage.cpu_seconds);
  add(families, "process_resident_memory_bytes", "Memory in use.", MetricType::Gauge,
      usage.resident_bytes);
  add(families, "process_virtual_memory_bytes", "Address space in use.", MetricType::Gauge,
      usage.virtual_bytes);
  add(families, "process_open_fds", "Open file descriptors.", MetricType::Gauge,
      usage.open_descriptors);
  add(families, "process_max_fds", "Most file descriptors that may be open.", MetricType::Gauge,
      usage.most_descriptors);
  add(families, "process_start_time_seconds", "When the process started.", MetricType::Gauge,
      seconds(usage.started));
  return families;
}

Families database_families(const db::DatabaseHealth& health) {
  Families families;
  add(families, "kohakuhub_database_file_bytes", "Size of the database file.", MetricType::Gauge,
      health.file_bytes);
  add(families, "kohakuhub_database_wal_file_bytes", "Size of the file of the write-ahead log.",
      MetricType::Gauge, health.log_file_bytes);
  add(families, "kohakuhub_database_wal_bytes", "Bytes of the write-ahead log in use.",
      MetricType::Gauge, health.log_bytes);
  add(families, "kohakuhub_database_queued_writes", "Writes waiting for their commit.",
      MetricType::Gauge, health.queued_writes);
  add(families, "kohakuhub_database_writes_total", "Writes that got their answer.",
      MetricType::Counter, health.writes);
  add(families, "kohakuhub_database_commits_total",
      "Transactions committed, each for a group of writes.", MetricType::Counter, health.commits);
  add(families, "kohakuhub_database_failed_commits_total", "Transactions that did not commit.",
      MetricType::Counter, health.failed_commits);
  add(families, "kohakuhub_database_commit_seconds_total",
      "Time in commits, which sync the write-ahead log.", MetricType::Counter,
      health.commit_seconds);
  add(families, "kohakuhub_database_last_checkpoint_timestamp_seconds",
      "When all of the write-ahead log was last copied into the file, or the start.",
      MetricType::Gauge, seconds(health.last_checkpoint));
  return families;
}

void register_http(hub::Metrics& metrics, const http::Server& server) {
  metrics.collect([&server] { return server.traffic(); });
  metrics.gauge("kohakuhub_http_connections", "Open connections.",
                [&server] { return static_cast<double>(server.connections()); });
  metrics.gauge("kohakuhub_http_requests_in_flight",
                "Requests whose answer is not over, this one included.",
                [&server] { return static_cast<double>(server.requests_in_flight()); });
}

void register_store(hub::Hub& hub) {
  auto& metrics = *hub.metrics;
  metrics.collect([meter = std::make_shared<hub::StoreMeter>(hub)] { return meter->collect(); });
  metrics.counter("kohakuhub_store_damaged_blocks_total",
                  "Blocks of large objects that a reader found damaged, each time.",
                  [&hub] { return static_cast<double>(hub.objects.damaged_blocks()); });
  metrics.gauge("kohakuhub_data_free_bytes", "Free bytes of the disk of the data directory.",
                [&hub] {
                  const auto free = os::free_bytes(hub.config.data_dir);
                  return free ? static_cast<double>(*free) : 0;
                });
}

void register_git(hub::Metrics& metrics, std::string work, os::Slots& slots) {
  metrics.gauge("kohakuhub_git_running", "Fetches and pushes whose git program may run.",
                [&slots] { return static_cast<double>(slots.use().taken); }, {{"work", work}});
  metrics.gauge("kohakuhub_git_waiting", "Fetches and pushes that wait for others to end.",
                [&slots] { return static_cast<double>(slots.use().waiting); }, {{"work", work}});
}

// Nothing when the database does not tell.
std::optional<std::uint64_t> pending_bytes(const hub::Hub& hub) {
  const auto folded = hub.database.read_now([&](db::Connection& connection) {
    return stats::folded_position(connection, hub.journal->node());
  });
  return folded ? std::optional(hub.journal->bytes_after(*folded)) : std::nullopt;
}

void register_events(hub::Hub& hub) {
  hub.metrics->collect([&hub] {
    const auto now = hub.journal->counters();
    Families families;
    add(families, "kohakuhub_events_total", "Requests that became events of the statistics.",
        MetricType::Counter, now.appended);
    if (const auto pending = pending_bytes(hub)) {
      add(families, "kohakuhub_events_pending_bytes",
          "Events of the journal that are not folded into numbers yet.", MetricType::Gauge,
          *pending);
    }
    add(families, "kohakuhub_events_lost_total",
        "Events that found no place, on the disk or in memory.", MetricType::Counter, now.lost);
    add(families, "kohakuhub_events_waiting_in_memory", "Events that wait for room on the disk.",
        MetricType::Gauge, now.waiting);
    add(families, "kohakuhub_events_journal_bytes", "Size of the journal of events.",
        MetricType::Gauge, now.disk_bytes);
    return families;
  });
}

void register_log(hub::Metrics& metrics, std::string name, os::Level level) {
  metrics.counter("kohakuhub_log_lines_total", "Warnings and errors logged.",
                  [level] { return static_cast<double>(os::lines_logged(level)); },
                  {{"level", std::move(name)}});
}

}  // namespace

void register_metrics(hub::Hub& hub, const http::Server& server) {
  auto& metrics = *hub.metrics;
  metrics.gauge("kohakuhub_build_info", "Always 1.", [] { return 1; },
                {{"version", std::string(version)}});
  metrics.collect(process_families);
  register_http(metrics, server);
  metrics.collect([&hub] { return database_families(hub.database.health()); });
  register_store(hub);
  register_git(metrics, "fetch", hub.git_work->fetches);
  register_git(metrics, "push", hub.git_work->pushes);
  if (hub.journal) register_events(hub);
  register_log(metrics, "warning", os::Level::warning);
  register_log(metrics, "error", os::Level::error);
}

}  // namespace kohaku::app
