// DuckDB, which reads and writes the Parquet files of the access log. It runs in a child process of the same
// program (stats/duckdb_child.h), is loaded only there, and ends with whoever asked.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "os/files.h"
#include "os/piped_process.h"
#include "os/scratch_directory.h"

namespace kohaku::stats {

struct DuckdbScript {
  std::vector<os::Path> files;          // absolute; no other file may be read or written
  std::vector<std::string> statements;  // may COPY TO '/dev/stdout'
  std::string query = {};               // one SELECT, or ""
  int threads = 2;                      // one costs less in all, and takes longer
};

// The answer of a query, all as texts.
struct DuckdbTable {
  using Row = std::vector<std::optional<std::string>>;
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

// A running script; its output is what it copies to /dev/stdout. Ends with this.
struct DuckdbProcess {
  os::ScratchDirectory temporary;
  os::PipedProcess process;
};

class Duckdb {
 public:
  // Where the library is: `named`, if that is not empty (KOHAKU_HUB_DUCKDB); else libduckdb.so beside this
  // program, or in ../lib/kohakuhub. Nothing when there is none.
  static std::optional<os::Path> find_library(const os::Path& named);

  // `staging`: where scratch directories are made; it is made itself when it is needed.
  Duckdb(os::Path library, os::Path staging)
      : library_(std::move(library)), staging_(std::move(staging)) {}

  // Blocks. Failures are internal, with DuckDB's own words in the detail.
  Result<DuckdbTable> run(const DuckdbScript& script) const;
  // The same, for answers of any length: row by row, as they come. A failure of `each` ends the script.
  using EachRow = std::function<Result<>(const DuckdbTable::Row&)>;
  Result<> run(const DuckdbScript& script, const EachRow& each) const;

  // On the event loop of the caller; `temporary` comes from make_temporary(), which blocks.
  Task<Result<DuckdbProcess>> start(DuckdbScript script, os::ScratchDirectory temporary) const;
  Result<os::ScratchDirectory> make_temporary() const;

 private:
  std::string input(const DuckdbScript& script, const os::Path& temporary) const;

  os::Path library_;
  os::Path staging_;
};

// 'text' as SQL has it.
std::string sql_quote(std::string_view text);

}  // namespace kohaku::stats
