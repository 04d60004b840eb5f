// The segments of the request-level log: Parquet files below {data}/access-logs, complete and on disk before
// their row says that they exist. Readers know only rows. Each covers a stretch of one node's journal; the
// stretches of a node follow each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "db/connection.h"
#include "stats/journal.h"

namespace kohaku::stats {

struct LogSegment {
  std::string name;  // "{node}-{first}-{last}.parquet"
  std::string node;
  Position first = 0;  // inclusive
  Position last = 0;   // exclusive
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  Micros first_at;  // when the earliest request in it came, and the latest
  Micros last_at;
};

std::string log_segment_name(std::string_view node, Position first, Position last);

// By node, then along its journal.
Result<std::vector<LogSegment>> list_log_segments(db::Connection& connection);
// Those that may hold requests of the time from `from` to before `to`.
Result<std::vector<LogSegment>> list_log_segments(db::Connection& connection, Micros from,
                                                  Micros to);

Result<> insert_log_segment(db::Connection& connection, const LogSegment& segment);
// conflict when it is not there.
Result<> delete_log_segment(db::Connection& connection, const LogSegment& segment);

// Up to where a node's journal is folded, and up to where it stands in segments.
struct JournalPositions {
  Position folded = 0;
  Position logged = 0;
};
Result<JournalPositions> journal_positions(db::Connection& connection, std::string_view node);
// conflict unless it stands at `from`.
Result<> move_logged(db::Connection& connection, std::string_view node, Position from, Position to);

}  // namespace kohaku::stats
