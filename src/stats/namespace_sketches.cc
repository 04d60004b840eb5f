#include "stats/namespace_sketches.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace kohaku::stats {
namespace {

struct SketchOfDay {
  std::int64_t day;
  int traffic;
};

Result<Sketch> union_of_repositories(db::Connection& connection, AccountId owner, SketchOfDay of) {
  Sketch sketch;
  auto rows = connection
                  .sql("SELECT s.sketch FROM repository r JOIN repository_sketch s "
                       "ON s.repo_id = r.id AND s.day = ?2 AND s.traffic = ?3 "
                       "WHERE r.owner_id = ?1")
                  .bind(owner, of.day, of.traffic);
  while (TRY(rows.step())) {
    sketch.merge(TRY(Sketch::parse(rows.get<std::vector<std::byte>>(0))));
  }
  return sketch;
}

// Of a namespace that has stale sketches there is a row in statistics_state, with its id.
Result<std::optional<AccountId>> stale_namespace(db::Connection& connection) {
  const auto row = TRY(connection
                           .sql("SELECT value FROM statistics_state "
                                "WHERE name LIKE 'stale sketches of %' ORDER BY name LIMIT 1")
                           .first<AccountId>());
  return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

Result<std::vector<SketchOfDay>> stale_sketches(db::Connection& connection, AccountId owner,
                                                std::int64_t most) {
  std::vector<SketchOfDay> stale;
  auto rows = connection
                  .sql("SELECT day, traffic FROM namespace_sketch WHERE owner_id = ?1 "
                       "AND LENGTH(sketch) = 0 ORDER BY day DESC, traffic LIMIT ?2")
                  .bind(owner, most);
  while (TRY(rows.step())) stale.push_back({rows.get<std::int64_t>(0), rows.get<int>(1)});
  return stale;
}

Result<> rebuild(db::Connection& connection, AccountId owner, SketchOfDay of) {
  const auto sketch = TRY(union_of_repositories(connection, owner, of));
  if (sketch.empty()) {
    TRY(connection
            .sql("DELETE FROM namespace_sketch WHERE owner_id = ?1 AND day = ?2 AND traffic = ?3")
            .bind(owner, of.day, of.traffic)
            .run());
    return {};
  }
  const auto text = sketch.serialize();
  TRY(connection
          .sql("UPDATE namespace_sketch SET sketch = ?4 "
               "WHERE owner_id = ?1 AND day = ?2 AND traffic = ?3")
          .bind(owner, of.day, of.traffic, as_bytes(text))
          .run());
  return {};
}

}  // namespace

Result<> mark_sketches_stale(db::Connection& connection, RepoId repo) {
  TRY(connection
          .sql("INSERT INTO namespace_sketch (owner_id, day, traffic, sketch) "
               "SELECT r.owner_id, s.day, s.traffic, ?2 FROM repository r "
               "JOIN repository_sketch s ON s.repo_id = r.id WHERE r.id = ?1 "
               "ON CONFLICT (owner_id, day, traffic) DO UPDATE SET sketch = excluded.sketch")
          .bind(repo, Bytes())
          .run());
  TRY(connection
          .sql("INSERT INTO statistics_state (name, value) "
               "SELECT 'stale sketches of ' || owner_id, owner_id FROM repository WHERE id = ?1 "
               "ON CONFLICT (name) DO NOTHING")
          .bind(repo)
          .run());
  return {};
}

Result<Sketch> namespace_sketch(db::Connection& connection, AccountId owner, std::int64_t day,
                                int traffic, Bytes stored) {
  if (!stored.empty()) return Sketch::parse(stored);
  return union_of_repositories(connection, owner, {day, traffic});
}

Result<bool> has_stale_sketches(db::Connection& connection) {
  return TRY(stale_namespace(connection)).has_value();
}

Result<bool> rebuild_stale_sketches(db::Connection& connection, std::int64_t most) {
  const auto owner = TRY(stale_namespace(connection));
  if (!owner) return false;
  const auto stale = TRY(stale_sketches(connection, *owner, most));
  for (const auto& of : stale) TRY(rebuild(connection, *owner, of));
  if (static_cast<std::int64_t>(stale.size()) < most) {
    TRY(connection.sql("DELETE FROM statistics_state WHERE name = ?1")
            .bind(fmt::format("stale sketches of {}", owner->value))
            .run());
  }
  return true;
}

}  // namespace kohaku::stats
