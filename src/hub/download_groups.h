// With what and from where downloads came: by client and by country.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "hub/analytics_scope.h"
#include "hub/hub.h"
#include "stats/day.h"

namespace kohaku::hub {

struct DownloadGroup {
  std::string name;    // of a library, or a country's ISO 3166-1 code; "" when unknown
  std::string detail;  // the library's version
  std::int64_t downloads = 0;
};

// Those with most downloads, in order, and what is left of the sum.
struct RankedGroups {
  std::vector<DownloadGroup> groups;
  std::int64_t others = 0;
};

struct DownloadGroups {
  RankedGroups clients;
  RankedGroups countries;
};

inline constexpr std::size_t most_groups_shown = 50;
inline constexpr std::size_t most_groups_told_apart = 20'000;  // further names go to the others

// Blocks; reads repository by repository.
Result<DownloadGroups> read_download_groups(Hub& hub, const AnalyticsScope& scope,
                                            const stats::Days& days,
                                            const stats::Counting& counting);

}  // namespace kohaku::hub
