#include "stats/log_segment.h"

#include <fmt/format.h>

namespace kohaku::stats {
namespace {

Result<std::vector<LogSegment>> read_segments(db::Statement rows) {
  std::vector<LogSegment> segments;
  while (TRY(rows.step())) {
    segments.push_back({rows.get<std::string>(0), rows.get<std::string>(1), rows.get<Position>(2),
                        rows.get<Position>(3), rows.get<std::int64_t>(4), rows.get<std::int64_t>(5),
                        rows.get<Micros>(6), rows.get<Micros>(7)});
  }
  return segments;
}

constexpr std::string_view all_segments =
    "SELECT name, node, first_position, last_position, rows, bytes, first_at, last_at "
    "FROM log_segment ORDER BY node, first_position";
constexpr std::string_view segments_of_time =
    "SELECT name, node, first_position, last_position, rows, bytes, first_at, last_at "
    "FROM log_segment WHERE last_at >= ?1 AND first_at < ?2 ORDER BY node, first_position";

}  // namespace

std::string log_segment_name(std::string_view node, Position first, Position last) {
  return fmt::format("{}-{}-{}.parquet", node, first, last);
}

Result<std::vector<LogSegment>> list_log_segments(db::Connection& connection) {
  return read_segments(connection.sql(all_segments));
}

Result<std::vector<LogSegment>> list_log_segments(db::Connection& connection, Micros from,
                                                  Micros to) {
  return read_segments(connection.sql(segments_of_time).bind(from, to));
}

Result<> insert_log_segment(db::Connection& connection, const LogSegment& segment) {
  TRY(connection
          .sql("INSERT INTO log_segment (name, node, first_position, last_position, rows, bytes, "
               "first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
          .bind(segment.name, segment.node, segment.first, segment.last, segment.rows,
                segment.bytes, segment.first_at, segment.last_at)
          .run());
  return {};
}

Result<> delete_log_segment(db::Connection& connection, const LogSegment& segment) {
  const auto gone =
      TRY(connection.sql("DELETE FROM log_segment WHERE name = ?1").bind(segment.name).run());
  if (gone == 1) return {};
  return fail(Code::conflict, "The log changed meanwhile.", segment.name + " is not listed");
}

Result<JournalPositions> journal_positions(db::Connection& connection, std::string_view node) {
  const auto row = TRY(connection.sql("SELECT folded, logged FROM journal_position WHERE node = ?1")
                           .bind(node)
                           .first<Position, Position>());
  if (!row) return JournalPositions{};
  return JournalPositions{std::get<0>(*row), std::get<1>(*row)};
}

Result<> move_logged(db::Connection& connection, std::string_view node, Position from,
                     Position to) {
  TRY(connection
          .sql("INSERT INTO journal_position (node, folded, logged) VALUES (?1, 0, 0) "
               "ON CONFLICT (node) DO NOTHING")
          .bind(node)
          .run());
  const auto moved =
      TRY(connection.sql("UPDATE journal_position SET logged = ?3 WHERE node = ?1 AND logged = ?2")
              .bind(node, from, to)
              .run());
  if (moved == 1) return {};
  return fail(Code::conflict, "The log changed meanwhile.", "logged is not where it was");
}

}  // namespace kohaku::stats
