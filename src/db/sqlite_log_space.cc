#include "db/sqlite_log_space.h"

#include <algorithm>
#include <tuple>

#include "os/files.h"
#include "os/log.h"

namespace kohaku::db {
namespace {

// Twice what starts a checkpoint, after which the log starts again from its beginning.
constexpr std::uint64_t room = 8 << 20;

Result<> fill_up(os::File& log, std::uint64_t size) {
  const std::string zeros(1 << 20, '\0');
  while (size < room) {
    const auto part = std::min<std::uint64_t>(room - size, zeros.size());
    TRY(log.write_at(size, as_bytes(zeros).first(part)));
    size += part;
  }
  return log.sync();
}

}  // namespace

void reserve_log_space(const std::string& path) {
  auto log = os::open_for_writing(path + "-wal");
  const auto size = log ? log->size() : Result<std::uint64_t>{room};
  if (!size || *size >= room) return;
  if (auto filled = fill_up(*log, *size); !filled) {
    os::log_warning("No room to reserve for the database's log",
                    {{"detail", filled.error().detail}});
    std::ignore = log->truncate(*size);
  }
}

}  // namespace kohaku::db
