// A fetch: `git upload-pack` on a repository that the caller may read. What carries it, HTTP or SSH, is the
// business of others.
#pragma once

#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "git/wire.h"
#include "hub/hub.h"
#include "os/files.h"
#include "os/piped_process.h"
#include "os/slots.h"

namespace kohaku::hub {

// A running git and its place among those that may run; both end with this.
struct Fetch {
  os::Slots::Slot slot;
  os::PipedProcess process;
};

// Waits for a place, then starts git on the refs of this moment. `input` is what it reads; without one,
// process.write() feeds it.
Task<Result<Fetch>> start_fetch(Hub& hub, RepoId repo, git::UploadPack what, int protocol,
                                std::optional<os::File> input);

// Git tells its client of its own failures; here they only go to the log.
void log_fetch_end(const os::ProcessResult& result);

}  // namespace kohaku::hub
