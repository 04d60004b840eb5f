#include "os/failed_sync.h"

#include <csignal>
#include <unistd.h>

#include <atomic>

#include "os/log.h"

namespace kohaku::os {
namespace {

// Of the process, as the signal is.
std::atomic<bool> failed = false;

}  // namespace

void end_after_failed_sync(std::string_view path, std::string_view reason) {
  log_error("A sync failed: ending, for what was written may be lost",
            {{"path", path}, {"reason", reason}});
  if (!failed.exchange(true)) ::kill(::getpid(), SIGTERM);
}

bool sync_has_failed() { return failed; }

}  // namespace kohaku::os
