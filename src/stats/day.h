// The numbers of days, as the folding keeps them (repository_day), and how days are written.
// A day is the number of days since 1970-01-01, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"
#include "stats/policy.h"

namespace kohaku::stats {

// A period, both ends included.
struct Days {
  std::int64_t first = 0;
  std::int64_t last = 0;

  std::int64_t count() const { return last - first + 1; }
  // The same number of days, right before these.
  Days before() const { return {first - count(), first - 1}; }
  bool contains(std::int64_t day) const { return first <= day && day <= last; }
  // The `count` days that end with `last`.
  static Days until(std::int64_t last, std::int64_t count) { return {last - count + 1, last}; }
};

std::string date_of(std::int64_t day);                 // "2025-01-15"
void append_date(std::string& out, std::int64_t day);  // the same; years 0 to 9999
// Nothing unless it is "2025-01-15", a day that the calendar has.
std::optional<std::int64_t> day_from(std::string_view date);
// The first day of the week (a Monday, ISO 8601) or of the month that the day is in.
std::int64_t week_of(std::int64_t day);
std::int64_t month_of(std::int64_t day);

// Which downloads a reader wants to see: by whose rule, and whether programs count too.
struct Counting {
  Policy policy = policies.front();
  bool ci = true;
  bool robots = true;

  bool takes(Traffic traffic) const {
    return traffic == Traffic::people || (traffic == Traffic::ci ? ci : robots);
  }
  bool is_default() const { return policy.id == PolicyId::hub && ci && robots; }
};

struct Numbers {
  std::int64_t downloads = 0;
  std::int64_t authenticated = 0;
  std::int64_t files = 0;  // by policy `hub`, whatever the policy
  std::int64_t bytes = 0;  // that left, whether they count or not

  std::int64_t anonymous() const { return downloads - authenticated; }
  Numbers& operator+=(const Numbers& other);
};

// One row: a repository's numbers of one day and one kind of traffic.
struct DayRow {
  std::int64_t day = 0;
  Traffic traffic = Traffic::people;
  Numbers numbers;
};

// The rows of one repository, ascending by day; nothing after the last. Lives within one read of the
// database.
class DayRows {
 public:
  DayRows(db::Connection& connection, RepoId repo, const Days& days, const Policy& policy);
  Result<std::optional<DayRow>> next();

 private:
  db::Statement rows_;
};

// One repository's numbers of each day of the period, days without a download included.
Result<std::vector<Numbers>> read_days(db::Connection& connection, RepoId repo, const Days& days,
                                       const Counting& counting);

}  // namespace kohaku::stats
