// Making the files of segments with DuckDB: from events, and from other segments.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "os/files.h"
#include "stats/country.h"
#include "stats/duckdb.h"
#include "stats/journal.h"
#include "stats/log_segment.h"
#include "stats/who.h"

namespace kohaku::stats {

// Where segments lie, and where they are made: {directory}/staging.
struct LogPlace {
  os::Path directory;  // absolute
  os::Path staging() const { return directory / "staging"; }
};

// What makes rows of events.
struct LogRules {
  WhoKey key;
  Countries countries;
};

// The first of the journal's events from `from` to before `until`, at most `most`, as a published file
// without a row yet. With fewer events it covers all of it, up to `until`. There must be some. Blocks.
Result<LogSegment> write_log_segment(const Journal& journal, const LogPlace& place,
                                     const Duckdb& duckdb, const LogRules& rules, Position from,
                                     Position until, std::int64_t most);

// Segments that follow each other as one, in the same way.
Result<LogSegment> merge_log_segments(const LogPlace& place, const Duckdb& duckdb,
                                      const std::vector<LogSegment>& segments);

}  // namespace kohaku::stats
