// Counting anew: what the folding made of events, one by one and over many crashes, against what SQL makes
// of the whole log at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct CountDifference {
  std::string whose;     // "repository 7", "namespace 3"
  std::int64_t day = 0;  // since 1970
  std::string traffic;   // "people", "ci", "robots"
  // Of repository_day; "requests of client 'curl 8.0'", "downloads of country 'DE'"; or "higher registers
  // of the sketch": those that would say of more downloaders.
  std::string column;
  std::int64_t in_database = 0;
  std::int64_t in_log = 0;
};

// Of what is counted: the numbers of each repository and day, the same by client and by country, and the
// sketches of downloaders of repositories and of namespaces. Not compared: the totals of repositories, which
// are older than any log.
struct Recount {
  std::int64_t first_day = 0;
  std::int64_t last_day =
      0;  // before the first when the log covers no whole day of those asked for
  std::vector<CountDifference> differences;
};

// The last `days` days, of which the log kept everything; the present one up to the last event that is
// folded. Day by day, in the memory that one day's statistics take. Blocks. Fails where the log cannot be
// read.
Result<Recount> recount(Hub& hub, std::int64_t days);

// A line for each difference, and a last one: "1 difference", "2 differences".
std::string to_text(const Recount& recount);

}  // namespace kohaku::hub
