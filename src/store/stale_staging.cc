#include "store/stale_staging.h"

namespace kohaku::store {
namespace {

constexpr std::int64_t day_seconds = 86'400;

}  // namespace

Result<> remove_stale_staging(const os::Path& staging, Micros now) {
  for (const auto& entry : TRY(os::list(staging))) {
    const auto days = entry.name.ends_with(".parts") ? 8 : 1;
    if (entry.is_directory || entry.modified.plus_seconds(days * day_seconds) > now) continue;
    TRY(os::remove_file(staging / entry.name));
  }
  return {};
}

}  // namespace kohaku::store
