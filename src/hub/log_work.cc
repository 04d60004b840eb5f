#include "hub/log_work.h"

#include <filesystem>
#include <memory>

#include "hub/hub.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t most_exports = 2;

}  // namespace

std::shared_ptr<LogWork> make_log_work(const Config& config) {
  return std::make_shared<LogWork>(config);
}

LogWork::LogWork(const Config& config)
    : place_{std::filesystem::absolute(config.data_dir / "access-logs").lexically_normal()} {
  if (const auto library = stats::Duckdb::find_library(config.duckdb)) {
    duckdb_.emplace(*library, place_.staging());
  }
}

std::optional<LogWork::Export> LogWork::begin_export(AccountId owner) {
  const std::scoped_lock lock(exports_mutex_);
  if (exports_.size() >= most_exports || !exports_.insert(owner).second) return std::nullopt;
  return Export(*this, owner);
}

void LogWork::end_export(AccountId owner) {
  const std::scoped_lock lock(exports_mutex_);
  exports_.erase(owner);
}

}  // namespace kohaku::hub
