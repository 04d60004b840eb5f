// The process in which DuckDB runs: `kohakuhub analytics-child`, started by stats/duckdb.h and by nobody
// else. It is nice, holds to a limit of memory, and opens only the files that it is told of.
//
// Standard input is one JSON object:
//   {"library": "…/libduckdb.so", "memory_bytes": 536870912, "threads": 2, "temporary": "…",
//    "files": ["…"], "statements": ["…"], "query": "SELECT …"}
// The statements run in order; what they COPY TO '/dev/stdout' is the output. Then comes the answer of the
// query, which is one SELECT or nothing: a line of JSON with the names of its columns, and a line for each
// row, with all values as texts or null. A failure is a sentence on standard error and exit status 1.
#pragma once

namespace kohaku::stats {

inline constexpr const char* duckdb_child_command = "analytics-child";

// Returns the exit status of the process, which is to end at once.
int run_duckdb_child();

}  // namespace kohaku::stats
