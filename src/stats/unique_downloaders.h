// How many different people and machines downloaded, by day, week, month and in all: from the
// sketches that the folding keeps (stats/sketch.h), which can be merged, unlike counts.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"
#include "stats/day.h"
#include "stats/sketch.h"

namespace kohaku::stats {

struct UniqueCount {
  std::int64_t first_day =
      0;  // of the week or month it belongs to, which may lie before the period
  std::int64_t downloaders = 0;
};

// Standard error of each figure: Sketch::standard_error. Weeks begin on Monday; those at the ends,
// and the months there, count the days of the period only. What had no download is left out.
struct UniqueDownloaders {
  std::int64_t range = 0;
  std::vector<UniqueCount> days;
  std::vector<UniqueCount> weeks;
  std::vector<UniqueCount> months;
};

// Of policy `hub` always: another rule counts the same people differently often.
Result<UniqueDownloaders> unique_downloaders(db::Connection& connection, AccountId owner,
                                             const Days& days, const Counting& counting);
Result<UniqueDownloaders> unique_downloaders(db::Connection& connection, RepoId repo,
                                             const Days& days, const Counting& counting);

// The range alone, of one repository. `sketches` grows by how many were read.
Result<std::int64_t> unique_downloaders_of_range(db::Connection& connection, RepoId repo,
                                                 const Days& days, const Counting& counting,
                                                 std::int64_t& sketches);

}  // namespace kohaku::stats
