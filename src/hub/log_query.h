// The operator's view of the request-level log: SQL over all of it, and what it consists of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hub/hub.h"
#include "stats/duckdb.h"

namespace kohaku::hub {

enum class TableFormat { text, csv, json };
std::optional<TableFormat> table_format_from(std::string_view text);  // "table", "csv", "json"

// One SELECT over the view `access_log`, which has every row up to this call. It reaches nothing but the
// segments, and changes nothing. Blocks. bad_request with DuckDB's words for a query that fails.
Result<stats::DuckdbTable> query_access_log(Hub& hub, const std::string& sql);

// Columns in line; RFC 4180; an array of objects, all of whose values are texts or null.
std::string to_text(const stats::DuckdbTable& table, TableFormat format);

// A table of the segments: name, rows, bytes, first and last time.
Result<stats::DuckdbTable> describe_segments(Hub& hub);

}  // namespace kohaku::hub
