// Exporting the request-level log of a namespace (decision 24): who asked for its repositories, when and
// with what answer. Whose requests they were stands in it as hashes, made with a key of the namespace.
#pragma once

#include <optional>
#include <string_view>

#include "base/date.h"
#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/log_work.h"
#include "stats/duckdb.h"

namespace kohaku::hub {

enum class LogFormat { csv, ndjson, parquet };
std::optional<LogFormat> log_format_from(std::string_view text);

struct LogRange {
  Micros from;  // inclusive
  Micros to;    // exclusive
};

// A running export, and what it holds; ends with this.
struct LogExport {
  std::optional<LogWork::Export> right;  // until the end is known, so that the next may follow
  LogWork::Reader reader;
  stats::DuckdbProcess running;

  // At least one byte of it, or 0 at its end. Fails where DuckDB failed: then what came before is not
  // the whole log.
  Task<Result<std::size_t>> read(std::span<char> space);
};

// The rows of the namespace's repositories, under their names of today, and of those it had and that were
// deleted, under their last; along the journal, by time within each segment. Everything that was answered
// before this call is in it. not_implemented without DuckDB, too_many_requests while others are exported.
Task<Result<LogExport>> start_log_export(Hub& hub, NamespaceAnalyst analyst, LogRange range,
                                         LogFormat format);

// From now on the namespace's hashes are others: exports of before and after cannot be joined.
Result<> rotate_log_key(Hub& hub, AccountId owner);

}  // namespace kohaku::hub
