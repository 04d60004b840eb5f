// What is downloaded most of late.
//
//   GET /api/trending?repo_type=model|dataset|space&days=1…90&limit=1…100
//
// Default: models, 7 days, 20 of them. In order: most downloads in the period, then most downloads
// ever, then by id; only what the caller may know of. The period ends today, UTC.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "api/repo/stats.h"
#include "base/task.h"

namespace kohaku::api {

struct TrendingItem {
  std::string id;  // "owner/name"
  std::string type;
  std::int64_t downloads = 0;  // ever
  std::int64_t likes = 0;
  std::int64_t recent_downloads = 0;
  bool private_ = false;
};
BOOST_DESCRIBE_STRUCT(TrendingItem, (), (id, type, downloads, likes, recent_downloads, private_))

struct TrendingReply {
  std::vector<TrendingItem> trending;
  PeriodReply period;
};
BOOST_DESCRIBE_STRUCT(TrendingReply, (), (trending, period))

Task<Result<TrendingReply>> show_trending(hub::Anyone caller, Call& call);

}  // namespace kohaku::api
