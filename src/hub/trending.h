// The repositories that are downloaded most of late (decision 22): of a type, and of those that the
// caller may know of; most downloads of the last days first, ties by all downloads ever, then by
// "owner/name".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/trending_sums.h"
#include "stats/day.h"

namespace kohaku::hub {

struct TrendingQuery {
  RepoType type = RepoType::model;
  std::int64_t days = 7;
  std::size_t limit = 20;
};

struct Trending {
  std::vector<TrendingRepo> repos;
  stats::Days period;
};

// Seven days follow an index. Other windows are summed up, one at a time and not on a loop; a sum is
// used again for about twenty times as long as it took, at most a minute, and always while nothing
// has changed. Of more than 5,000 repositories with the same figures (those that nobody downloads)
// the newest 5,000 are put in order.
Task<Result<Trending>> trending(Hub& hub, Anyone caller, TrendingQuery query);

}  // namespace kohaku::hub
