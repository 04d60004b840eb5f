// The request-level log as a whole: events of the journal become segments, small segments become one, old
// ones go. The job (jobs/access_log.h) calls this every minute; who reads the log calls it before.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// Segments hold at most so many events; the job does not wait longer than for so many.
inline constexpr std::int64_t most_segment_rows = 200'000;

// All block; any thread, one works and others wait. Without a journal nothing happens. A failure or a
// crash at any point loses nothing and leaves nothing double: the next turn goes on where rows say.

// not_implemented where this hub keeps no request-level log: its operator wants none, or DuckDB is missing.
Result<> require_access_log(const Hub& hub);

// What is folded and not yet logged becomes segments, or is passed over where no log is wanted. Without
// DuckDB, or when it keeps failing, events wait in the journal: for a day, since addresses stand in it, and
// not beyond 1 GiB; then they are given up.
Result<> write_log_segments(Hub& hub);

// Waits a few seconds until all events of before this call are folded, then writes them. unavailable when
// they are not folded in time, not_implemented without a log.
Result<> flush_access_log(Hub& hub);

// Merges small segments of one day, and removes those that are older than KOHAKU_HUB_ACCESS_LOG_DAYS or
// beyond KOHAKU_HUB_ACCESS_LOG_BYTES.
Result<> tend_log_segments(Hub& hub);

}  // namespace kohaku::hub
