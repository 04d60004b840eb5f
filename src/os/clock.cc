#include "os/clock.h"

#include <sys/mman.h>

#include <bit>
#include <cerrno>
#include <chrono>

#include "os/system_error.h"

namespace kohaku::os {

static_assert(std::endian::native == std::endian::little);

Micros SystemClock::now() const {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

Result<std::unique_ptr<FileClock>> FileClock::open(const Path& path) {
  const auto file = TRY(open_for_reading(path));
  if (TRY(file.size()) != sizeof(std::int64_t)) {
    return fail_internal(path.string() + " does not hold a time of 8 bytes");
  }
  void* mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file.descriptor(), 0);
  if (mapped == MAP_FAILED) return fail_system(errno, "map", path);
  return std::unique_ptr<FileClock>(new FileClock(static_cast<std::int64_t*>(mapped)));
}

FileClock::~FileClock() { ::munmap(time_, sizeof *time_); }

Micros FileClock::now() const { return {std::atomic_ref(*time_).load(std::memory_order_relaxed)}; }

}  // namespace kohaku::os
