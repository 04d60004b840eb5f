#include "api/organizations/analytics_query.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "api/counting.h"
#include "api/paging.h"
#include "stats/fold.h"

namespace kohaku::api {
namespace {

constexpr std::int64_t days_of_month = 30;
constexpr std::int64_t most_days = 3'660;
constexpr std::size_t usual_page = 20;
constexpr std::size_t largest_page = 100;

Result<std::int64_t> day_of(const Call& call, std::string_view name) {
  const auto text = call.query.text(name);
  const auto day = text ? stats::day_from(*text) : std::nullopt;
  if (day) return *day;
  return fail(Code::bad_request,
              fmt::format("'{}' must be a date, like 2025-01-15, where 'period' is custom.", name));
}

Result<hub::AnalyticsPeriod> custom_period(const Call& call) {
  const stats::Days days{TRY(day_of(call, "from")), TRY(day_of(call, "to"))};
  if (days.count() >= 1 && days.count() <= most_days) return hub::AnalyticsPeriod{days, false};
  return fail(
      Code::bad_request,
      fmt::format("'from' must not be after 'to', and at most {} days before it.", most_days - 1));
}

Result<hub::AnalyticsPeriod> period_of(const Call& call, const hub::AnalyticsScope& scope,
                                       const std::string& name) {
  if (name == "all") return hub::all_time(call.hub, scope);
  if (name == "custom") return custom_period(call);
  if (name == "month") {
    const auto today = stats::day_of(call.hub.clock.now());
    return hub::AnalyticsPeriod{stats::Days::until(today, days_of_month), false};
  }
  return fail(Code::bad_request, "'period' must be all, month or custom.");
}

struct Column {
  std::string_view name;
  hub::AnalyticsSort sort;
};
constexpr std::array columns = {
    Column{"repoName", hub::AnalyticsSort::name},
    Column{"total", hub::AnalyticsSort::total},
    Column{"downloads", hub::AnalyticsSort::downloads},
    Column{"previousDownloads", hub::AnalyticsSort::previous},
    Column{"change", hub::AnalyticsSort::change},
    Column{"uniqueDownloaders", hub::AnalyticsSort::unique},
    Column{"authenticated", hub::AnalyticsSort::authenticated},
    Column{"anonymous", hub::AnalyticsSort::anonymous},
    Column{"files", hub::AnalyticsSort::files},
    Column{"bytes", hub::AnalyticsSort::bytes},
    Column{"likes", hub::AnalyticsSort::likes},
};

template <class Table>
std::string names_of(const Table& table) {
  std::string names;
  for (const auto& row : table) names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
  return names;
}

Result<hub::AnalyticsSort> sort_of(const Call& call) {
  const auto asked = call.query.text("sort");
  if (!asked) return hub::AnalyticsSort::downloads;
  for (const auto& column : columns) {
    if (column.name == *asked) return column.sort;
  }
  return fail(Code::bad_request, fmt::format("'sort' must be one of {}.", names_of(columns)));
}

Result<bool> is_ascending(const Call& call, hub::AnalyticsSort sort) {
  const auto asked = call.query.text("direction");
  if (!asked) return sort == hub::AnalyticsSort::name;
  if (*asked == "1" || *asked == "asc") return true;
  if (*asked == "-1" || *asked == "desc") return false;
  return fail(Code::bad_request, "'direction' must be 1 or -1.");
}

struct Part {
  std::string_view name;
  bool AnalyticsParts::* wanted;
};
constexpr std::array all_parts = {
    Part{"totals", &AnalyticsParts::totals},
    Part{"series", &AnalyticsParts::series},
    Part{"uniqueDownloaders", &AnalyticsParts::unique},
    Part{"clients", &AnalyticsParts::clients},
    Part{"countries", &AnalyticsParts::countries},
    Part{"traffic", &AnalyticsParts::traffic},
    Part{"repositories", &AnalyticsParts::repositories},
};

Result<> want(AnalyticsParts& parts, std::string_view name) {
  for (const auto& part : all_parts) {
    if (part.name != name) continue;
    parts.*part.wanted = true;
    return {};
  }
  return fail(Code::bad_request, fmt::format("'fields' may name {}.", names_of(all_parts)));
}

// `fields=a,b` and `fields=a&fields=b` are one list.
Result<AnalyticsParts> parts_of(const Call& call) {
  AnalyticsParts parts;
  const auto lists = call.query.list("fields");
  if (lists.empty()) {
    for (const auto& part : all_parts) parts.*part.wanted = true;
  }
  for (std::string_view list : lists) {
    while (true) {
      const auto comma = list.find(',');
      TRY(want(parts, list.substr(0, comma)));
      if (comma == list.npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return parts;
}

}  // namespace

Result<AnalyticsQuestion> analytics_question(const Call& call, const hub::AnalyticsScope& scope) {
  AnalyticsQuestion question;
  auto& query = question.query;
  question.parts = TRY(parts_of(call));
  query.counting = TRY(counting_of(call));
  query.sort = TRY(sort_of(call));
  query.ascending = TRY(is_ascending(call, query.sort));
  query.limit = TRY(page_limit(call, usual_page, largest_page));
  query.search = call.query.text("search").value_or("");
  query.cursor = TRY(page_cursor(call));
  if (!question.parts.repositories) query.limit = 0;
  question.period_name = call.query.text("period").value_or("month");
  query.period = TRY(period_of(call, scope, question.period_name));
  return question;
}

}  // namespace kohaku::api
