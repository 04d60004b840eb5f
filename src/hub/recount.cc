#include "hub/recount.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "hub/access_log.h"
#include "hub/counted_day.h"
#include "hub/log_work.h"
#include "hub/recount_sql.h"
#include "stats/day.h"
#include "stats/fold.h"
#include "stats/log_row.h"

namespace kohaku::hub {
namespace {

using Segments = std::vector<stats::LogSegment>;

Result<Segments> all_segments(Hub& hub) {
  return hub.database.read_now([](auto& c) { return stats::list_log_segments(c); });
}

// The first day of which nothing is missing. Where segments do not follow each other, events were removed
// for their age or given up: they are not younger than the segment behind the gap.
std::int64_t first_whole_day(const Segments& segments) {
  std::int64_t day = 0;
  const stats::LogSegment* before = nullptr;
  for (const auto& segment : segments) {
    const bool continues = before != nullptr && before->node == segment.node;
    if (segment.first != (continues ? before->last : 0)) {
      day = std::max(day, stats::day_of(segment.last_at) + 1);
    }
    before = &segment;
  }
  return day;
}

// The first of the days up to `last` of which anything is counted or logged; `last` when there is none.
Result<std::int64_t> first_busy_day(db::Connection& connection, const Segments& segments,
                                    std::int64_t last) {
  const auto counted =
      TRY(connection
              .sql("SELECT MIN(day) FROM (SELECT MIN(day) AS day FROM repository_day UNION ALL "
                   "SELECT MIN(day) FROM namespace_sketch UNION ALL SELECT ?1) AS days")
              .bind(last)
              .first<std::int64_t>());
  auto first = counted ? std::get<0>(*counted) : last;
  for (const auto& segment : segments) first = std::min(first, stats::day_of(segment.first_at));
  return first;
}

LoggedDay logged_day(Hub& hub, const Segments& segments, std::int64_t day, stats::Position until) {
  LoggedDay logged{.day = day, .whole = {}, .begun = {}, .until = until};
  logged.window_seconds = hub.config.download_window_seconds;
  for (const auto& segment : segments) {
    if (stats::day_of(segment.first_at) > day || stats::day_of(segment.last_at) < day) continue;
    const bool is_begun = segment.node == hub.journal->node() && segment.last > until;
    (is_begun ? logged.begun : logged.whole)
        .push_back(hub.log_work->place().directory / segment.name);
  }
  return logged;
}

Result<> recount_day(Hub& hub, std::int64_t day, Recount& recount) {
  auto counted = TRY(hub.database.read_now([&](db::Connection& connection) {
    return CountedDay::read(connection, hub.journal->node(), day);
  }));
  TRY(write_log_segments(hub));  // so that all of what was counted is logged
  const LogWork::Reader reader(*hub.log_work);
  const auto segments = TRY(all_segments(hub));
  if (day < first_whole_day(segments)) return {};  // some became too old meanwhile
  const auto logged = logged_day(hub, segments, day, counted.folded());
  if (!logged.whole.empty() || !logged.begun.empty()) {
    TRY(hub.log_work->duckdb()->run(recount_script(logged),
                                    [&](const auto& row) { return counted.compare(row); }));
  }
  std::ranges::move(std::move(counted).finish(), std::back_inserter(recount.differences));
  return {};
}

// A day's groups and sketches are looked for by the repositories that have numbers of that day: these are
// the others.
Result<> find_strays(db::Connection& connection, std::string_view table, Recount& recount) {
  auto rows = connection
                  .sql(fmt::format("SELECT repo_id, day, traffic, COUNT(*) FROM {} t "
                                   "WHERE day BETWEEN ?1 AND ?2 AND NOT EXISTS "
                                   "(SELECT 1 FROM repository_day d WHERE d.repo_id = t.repo_id "
                                   "AND d.day = t.day) GROUP BY repo_id, day, traffic",
                                   table))
                  .bind(recount.first_day, recount.last_day);
  while (TRY(rows.step())) {
    recount.differences.push_back(
        {fmt::format("repository {}", rows.get<std::int64_t>(0)), rows.get<std::int64_t>(1),
         std::string(stats::to_string(static_cast<stats::Traffic>(rows.get<int>(2)))),
         fmt::format("rows of {} without numbers", table), rows.get<std::int64_t>(3), 0});
  }
  return {};
}

}  // namespace

Result<Recount> recount(Hub& hub, std::int64_t days) {
  TRY(flush_access_log(hub));
  if (!hub.journal) return fail(Code::unavailable, "There is no journal of events.");
  Recount recount;
  recount.last_day = stats::day_of(hub.clock.now());
  const auto segments = TRY(all_segments(hub));
  recount.first_day = std::max(recount.last_day - days + 1, first_whole_day(segments));
  const auto first_busy =
      TRY(hub.database.read_now([&](db::Connection& connection) -> Result<std::int64_t> {
        TRY(find_strays(connection, "repository_day_group", recount));
        TRY(find_strays(connection, "repository_sketch", recount));
        return first_busy_day(connection, segments, recount.last_day);
      }));
  for (auto day = std::max(recount.first_day, first_busy); day <= recount.last_day; ++day) {
    TRY(recount_day(hub, day, recount));
  }
  std::ranges::sort(recount.differences, {}, [](const CountDifference& difference) {
    return std::tie(difference.day, difference.whose, difference.traffic, difference.column);
  });
  return recount;
}

std::string to_text(const Recount& recount) {
  std::string text = recount.first_day > recount.last_day
                         ? "The log covers no whole day yet.\n"
                         : fmt::format("Recounted {} to {}.\n", stats::date_of(recount.first_day),
                                       stats::date_of(recount.last_day));
  for (const auto& difference : recount.differences) {
    text += fmt::format("{} on {}, {}: {} {} in the database, {} in the log\n", difference.whose,
                        stats::date_of(difference.day), difference.traffic, difference.column,
                        difference.in_database, difference.in_log);
  }
  const auto count = recount.differences.size();
  return text + fmt::format("{} difference{}\n", count, count == 1 ? "" : "s");
}

}  // namespace kohaku::hub
