// One page of the breakdown by repository, kept while all repositories pass by in any order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "hub/publisher_analytics.h"

namespace kohaku::hub {

class AnalyticsPageBuilder {
 public:
  // bad_request for a cursor that none gave.
  static Result<AnalyticsPageBuilder> begin(const AnalyticsQuery& query);

  void add(RepoAnalytics repo);
  // The rows in order, without what only rows of a page have.
  AnalyticsPage finish();

 private:
  // What the order goes by: a number, or a text; ties by id.
  struct Place {
    std::int64_t number = 0;
    std::string text;
    std::int64_t id = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Row {
    Place place;
    RepoAnalytics repo;
  };

  explicit AnalyticsPageBuilder(const AnalyticsQuery& query) : query_(&query) {}
  Place place_of(const RepoAnalytics& repo) const;
  bool comes_before(const Place& one, const Place& other) const;
  static std::string write_cursor(const Place& place);
  static Result<Place> parse_cursor(std::string_view text);

  const AnalyticsQuery* query_;
  std::string needle_;
  Place after_;
  std::int64_t found_ = 0;
  std::vector<Row> rows_;  // a heap with the last of them on top; one more than fit on the page
};

}  // namespace kohaku::hub
