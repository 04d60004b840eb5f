// The rules of counting (stats/policy.h, stats/fold.h, stats/sketch.h), said a second time: in SQL, of what
// the log has of one day. Of the log's columns only those are believed that came with the request; `who` and
// `address_hash`, which need the hub's key; and `country`.
#pragma once

#include <cstdint>
#include <vector>

#include "os/files.h"
#include "stats/duckdb.h"
#include "stats/journal.h"

namespace kohaku::hub {

struct LoggedDay {
  std::int64_t day = 0;         // since 1970
  std::vector<os::Path> whole;  // segments, all of whose rows are folded
  std::vector<os::Path> begun;  // those that are not, beyond `until`
  stats::Position until = 0;    // of this node's journal
  std::int64_t window_seconds = 900;
};

// Answers with rows of: part, repo_id, traffic, name, detail, counts. There must be a segment.
//   "day"                the columns of repository_day, in their order
//   "client", "country"  downloads, huggingface and requests of repository_day_group; `name` and `detail`
//   "sketch"             index * 64 + value of each register that is not 0
// Counts are separated by spaces.
stats::DuckdbScript recount_script(const LoggedDay& logged);

}  // namespace kohaku::hub
