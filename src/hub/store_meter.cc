#include "hub/store_meter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "os/log.h"

namespace kohaku::hub {
namespace {

constexpr std::chrono::seconds least_pause{30};
constexpr int pause_per_work = 100;

Result<> count_objects(db::Connection& connection, StoreUse& use) {
  const auto row = TRY(
      connection
          .sql("SELECT COUNT(*), COALESCE(SUM(size), 0),"
               " COALESCE(SUM(CASE WHEN form = 'whole' THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN form = 'whole' THEN size ELSE 0 END), 0) FROM large_object")
          .first<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>());
  const auto [objects, bytes, whole_objects, whole_bytes] = row.value();
  use.whole_objects = whole_objects;
  use.whole_bytes = whole_bytes;
  use.xet_objects = objects - whole_objects;
  use.xet_bytes = bytes - whole_bytes;
  return {};
}

Result<> count_xorbs(db::Connection& connection, StoreUse& use) {
  const auto row = TRY(connection
                           .sql("SELECT COUNT(*), COUNT(file_size), COALESCE(SUM(file_size), 0)"
                                " FROM xorb")
                           .first<std::uint64_t, std::uint64_t, std::uint64_t>());
  const auto [xorbs, stored, bytes] = row.value();
  use.stored_xorbs = stored;
  use.stored_xorb_bytes = bytes;
  use.xorb_views = xorbs - stored;
  return {};
}

Result<> count_uploads(db::Connection& connection, Micros now, StoreUse& use) {
  const auto row = TRY(connection.sql("SELECT COUNT(*) FROM upload WHERE expires_at > ?1")
                           .bind(now)
                           .first<std::uint64_t>());
  use.promised_uploads = std::get<0>(row.value());
  return {};
}

Result<> count_staging(const os::Path& staging, StoreUse& use) {
  for (const auto& entry : TRY(os::list(staging))) {
    if (entry.is_directory) continue;
    ++use.staging_files;
    use.staging_bytes += entry.size;
  }
  return {};
}

prometheus::ClientMetric row(std::uint64_t value, std::string label = {}, std::string text = {}) {
  prometheus::ClientMetric metric;
  if (!label.empty()) metric.label.push_back({std::move(label), std::move(text)});
  metric.gauge.value = static_cast<double>(value);
  return metric;
}

prometheus::MetricFamily gauge(std::string name, std::string help,
                               std::vector<prometheus::ClientMetric> rows) {
  return {std::move(name), std::move(help), prometheus::MetricType::Gauge, std::move(rows)};
}

}  // namespace

// In several reads: none of them holds back the checkpoints for long.
Result<StoreUse> measure_store(db::Database& database, const os::Path& staging, Micros now) {
  StoreUse use;
  TRY(database.read_now([&](db::Connection& c) { return count_objects(c, use); }));
  TRY(database.read_now([&](db::Connection& c) { return count_xorbs(c, use); }));
  TRY(database.read_now([&](db::Connection& c) { return count_uploads(c, now, use); }));
  TRY(count_staging(staging, use));
  return use;
}

StoreMeter::StoreMeter(Hub& hub)
    : database_(hub.database),
      clock_(hub.clock),
      pool_(hub.pool),
      staging_(hub.objects.files().staging()) {}

Metrics::Families StoreMeter::collect() {
  const std::lock_guard lock(mutex_);
  if (!measuring_ && Clock::now() >= due_) {
    measuring_ = true;
    pool_.post([self = shared_from_this()] { self->measure(); });
  }
  return last_;
}

void StoreMeter::measure() {
  const auto began = Clock::now();
  const auto use = measure_store(database_, staging_, clock_.now());
  const auto took = Clock::now() - began;
  if (!use) {
    os::log_error("The store could not be measured",
                  {{"detail", std::string_view(use.error().detail)}});
  }
  const std::lock_guard lock(mutex_);
  if (use) last_ = families(*use, clock_.now(), std::chrono::duration<double>(took).count());
  due_ = Clock::now() + std::max<Clock::duration>(least_pause, took * pause_per_work);
  measuring_ = false;
}

Metrics::Families StoreMeter::families(const StoreUse& use, Micros at, double seconds) {
  auto when = row(0);
  when.gauge.value = static_cast<double>(at.value) * 1e-6;
  auto took = row(0);
  took.gauge.value = seconds;
  return {
      gauge("kohakuhub_store_large_objects", "Large objects, by form.",
            {row(use.whole_objects, "form", "whole"), row(use.xet_objects, "form", "xet")}),
      gauge("kohakuhub_store_large_object_bytes", "Sizes of the large objects, by form.",
            {row(use.whole_bytes, "form", "whole"), row(use.xet_bytes, "form", "xet")}),
      gauge("kohakuhub_store_xorbs", "Xorbs, by form; a view takes no room.",
            {row(use.stored_xorbs, "form", "stored"), row(use.xorb_views, "form", "view")}),
      gauge("kohakuhub_store_xorb_bytes", "Sizes of the files of stored xorbs.",
            {row(use.stored_xorb_bytes)}),
      gauge("kohakuhub_store_promised_uploads", "Uploads promised by LFS, not completed yet.",
            {row(use.promised_uploads)}),
      gauge("kohakuhub_store_staging_files", "Files in the staging area.",
            {row(use.staging_files)}),
      gauge("kohakuhub_store_staging_bytes", "Bytes in the staging area.",
            {row(use.staging_bytes)}),
      gauge("kohakuhub_store_measured_timestamp_seconds", "When the store was measured.",
            {std::move(when)}),
      gauge("kohakuhub_store_measuring_seconds", "How long that took.", {std::move(took)}),
  };
}

}  // namespace kohaku::hub
