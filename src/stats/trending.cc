#include "stats/trending.h"

#include <optional>
#include <string_view>

namespace kohaku::stats {
namespace {

Result<std::optional<std::int64_t>> state(db::Connection& connection, std::string_view name) {
  const auto row = TRY(connection.sql("SELECT value FROM statistics_state WHERE name = ?1")
                           .bind(name)
                           .first<std::int64_t>());
  return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

Result<> set_state(db::Connection& connection, std::string_view name, std::int64_t value) {
  TRY(connection
          .sql("INSERT INTO statistics_state (name, value) VALUES (?1, ?2) "
               "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
          .bind(name, value)
          .run());
  return {};
}

Result<> end_rolling(db::Connection& connection, std::int64_t day) {
  TRY(set_state(connection, "trending_day", day));
  TRY(connection
          .sql("DELETE FROM statistics_state WHERE name = 'rolling_to' OR name = 'rolling_past'")
          .run());
  return {};
}

// Those that have a score, or will have one.
Result<> score_stretch(db::Connection& connection, std::int64_t after, std::int64_t last,
                       std::int64_t day) {
  TRY(connection
          .sql("UPDATE repository SET trending_score = "
               "(SELECT COALESCE(SUM(d.downloads), 0) FROM repository_day d "
               "WHERE d.repo_id = repository.id AND d.day > ?3 AND d.day <= ?4) "
               "WHERE id > ?1 AND id <= ?2 AND (trending_score <> 0 OR EXISTS "
               "(SELECT 1 FROM repository_day e WHERE e.repo_id = repository.id "
               "AND e.day > ?3 AND e.day <= ?4))")
          .bind(after, last, day - trending_days, day)
          .run());
  return {};
}

Result<std::int64_t> last_repository(db::Connection& connection) {
  const auto row =
      TRY(connection.sql("SELECT COALESCE(MAX(id), 0) FROM repository").first<std::int64_t>());
  return row ? std::get<0>(*row) : 0;
}

}  // namespace

Result<ScoredDays> ScoredDays::read(db::Connection& connection) {
  ScoredDays days;
  days.day_ = TRY(state(connection, "trending_day")).value_or(-1);
  const auto to = TRY(state(connection, "rolling_to"));
  days.rolling_ = to.has_value();
  days.to_ = to.value_or(0);
  days.past_ = TRY(state(connection, "rolling_past")).value_or(0);
  return days;
}

Result<bool> roll_trending(db::Connection& connection, std::int64_t today, std::int64_t most) {
  const auto days = TRY(ScoredDays::read(connection));
  if (!days.rolling_ && days.day_ >= today) return true;
  const auto to = days.rolling_ ? days.to_ : today;
  const auto past = days.rolling_ ? days.past_ : 0;
  TRY(score_stretch(connection, past, past + most, to));
  if (past + most >= TRY(last_repository(connection))) {
    TRY(end_rolling(connection, to));
    return to >= today;
  }
  TRY(set_state(connection, "rolling_to", to));
  TRY(set_state(connection, "rolling_past", past + most));
  return false;
}

}  // namespace kohaku::stats
