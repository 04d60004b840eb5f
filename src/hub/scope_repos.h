// The repositories that analytics look at, one after the other, without one long read: what comes or
// goes meanwhile may be in it or not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/repo_name.h"
#include "base/result.h"
#include "db/database.h"
#include "hub/analytics_scope.h"

namespace kohaku::hub {

struct ScopeRepo {
  RepoId id;
  RepoType type = RepoType::model;
  std::string full_name;
  bool private_ = false;
  std::int64_t downloads = 0;  // ever
  std::int64_t likes = 0;
};

// In the order of their ids. `each` may read; a failure of it ends the walk and is its result.
Result<> for_each_repo(db::Database& database, const AnalyticsScope& scope,
                       const std::function<Result<>(db::Connection&, ScopeRepo)>& each);

// The first day that has numbers, of any policy.
Result<std::optional<std::int64_t>> first_day_with_numbers(db::Database& database,
                                                           const AnalyticsScope& scope);

}  // namespace kohaku::hub
