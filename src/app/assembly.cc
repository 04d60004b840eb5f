#include "app/assembly.h"

#include <fmt/format.h>

#include "os/log.h"

namespace kohaku::app {

namespace {

Result<std::unique_ptr<os::Clock>> open_clock(const hub::Config& config) {
  if (config.clock_file.empty()) return std::make_unique<os::SystemClock>();
  return TRY(os::FileClock::open(config.clock_file));
}

}  // namespace

Result<std::unique_ptr<Assembly>> Assembly::open(hub::Config config) {
  auto clock = TRY(open_clock(config));
  std::unique_ptr<Assembly> assembly(new Assembly(std::move(config), std::move(clock)));
  const auto& data = assembly->config_.data_dir;
  TRY(os::make_directories(data));
  auto lock = os::lock_exclusively(data / "lock");
  if (!lock) {
    return fail(Code::conflict, fmt::format("Another process is using {}.", data.string()),
                lock.error().detail);
  }
  assembly->lock_ = std::move(*lock);
  assembly->secrets_ = TRY(hub::Secrets::open(data / "secrets"));
  assembly->database_ = TRY(db::Database::open((data / "hub.db").string()));
  assembly->repositories_ = TRY(git::Repositories::open(data / "repositories"));
  assembly->objects_ = TRY(store::ObjectStore::open(data / "store", *assembly->database_,
                                                    *assembly->clock_, *assembly->pool_));
  assembly->hub_.emplace(hub::Hub{assembly->config_, *assembly->secrets_, *assembly->clock_,
                                  *assembly->pool_, *assembly->database_, *assembly->repositories_,
                                  *assembly->objects_});
  if (assembly->config_.statistics) {
    assembly->hub_->journal = TRY(stats::Journal::open(data / "events"));
  }
  return assembly;
}

void Assembly::settle() {
  pool_.reset();
  // Writes are answered in their order, so this one comes after all of them.
  const auto last = database_->write_now([](db::Connection&) -> Result<> { return {}; });
  if (!last) os::log_warning("The last write failed", {{"detail", last.error().detail}});
  // Of the requests that were answered after the last turn of the job.
  if (!hub_->journal) return;
  const auto synced = hub_->journal->sync();
  if (!synced) os::log_warning("The last sync failed", {{"detail", synced.error().detail}});
}

}  // namespace kohaku::app
