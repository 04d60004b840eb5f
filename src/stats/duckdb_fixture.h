// A test program that includes this is its own child for DuckDB, as the server is.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "stats/duckdb_child.h"

namespace kohaku::stats {

// Before main(), which is GoogleTest's.
inline const bool is_duckdb_child = [] {
  std::ifstream file("/proc/self/cmdline");
  const std::string line(std::istreambuf_iterator<char>(file), {});
  if (!line.ends_with(std::string(1, '\0') + duckdb_child_command + '\0')) return false;
  std::_Exit(run_duckdb_child());
}();

}  // namespace kohaku::stats
