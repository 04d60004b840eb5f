// The questions of publisher analytics, as their query strings ask them.
#pragma once

#include <string>

#include "api/call.h"
#include "base/result.h"
#include "hub/publisher_analytics.h"

namespace kohaku::api {

// Which parts of the answer are wanted.
struct AnalyticsParts {
  bool totals = false;
  bool series = false;
  bool unique = false;
  bool clients = false;
  bool countries = false;
  bool traffic = false;
  bool repositories = false;

  // Whether every repository's days must be looked at.
  bool need_days() const { return totals || series || traffic || repositories; }
  bool need_groups() const { return clients || countries; }
};

struct AnalyticsQuestion {
  std::string period_name;
  AnalyticsParts parts;
  hub::AnalyticsQuery query;
};

// bad_request with a sentence for anything that publisher_analytics.h does not list.
Result<AnalyticsQuestion> analytics_question(const Call& call, const hub::AnalyticsScope& scope);

}  // namespace kohaku::api
