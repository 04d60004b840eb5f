#include "hub/log_export.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "hub/access_log.h"
#include "os/log.h"
#include "stats/log_row.h"

namespace kohaku::hub {
namespace {

using LogKey = std::array<std::byte, 32>;

struct NamedRepo {
  RepoId id;
  std::string type;
  std::string name;
};

// What the database says of an export, at one moment.
struct Scope {
  AccountId owner;
  LogKey key;
  std::vector<NamedRepo> repos;    // the namespace's
  std::vector<os::Path> segments;  // that may hold rows of the range
};

constexpr std::size_t hmac_block = 64;  // of SHA-256

// RFC 2104 in SQL, with DuckDB's sha256(): a macro keyed_hash(message) that gives hexadecimal digits.
std::string hash_macro(const LogKey& key) {
  const auto pad = [&](unsigned value) {
    std::string hex;
    for (std::size_t i = 0; i < hmac_block; ++i) {
      const auto byte = i < key.size() ? std::to_integer<unsigned>(key[i]) : 0U;
      fmt::format_to(std::back_inserter(hex), "{:02x}", byte ^ value);
    }
    return hex;
  };
  return fmt::format("CREATE TEMP MACRO keyed_hash(message) AS sha256(unhex('{}') || "
                     "unhex(sha256(unhex('{}') || message)))",
                     pad(0x5c), pad(0x36));
}

template <class Items, class Text>
std::string sql_list(const Items& items, std::string_view type, Text text) {
  std::string list = "[";
  for (const auto& item : items) {
    if (list.size() > 1) list += ", ";
    list += text(item);
  }
  return list + "]::" + std::string(type) + "[]";
}

std::string id_text(RepoId id) { return fmt::format("{}", id.value); }

std::string own_table(const Scope& scope) {
  const auto ids =
      sql_list(scope.repos, "BIGINT", [](const NamedRepo& repo) { return id_text(repo.id); });
  const auto types = sql_list(scope.repos, "VARCHAR",
                              [](const NamedRepo& repo) { return stats::sql_quote(repo.type); });
  const auto names = sql_list(scope.repos, "VARCHAR",
                              [](const NamedRepo& repo) { return stats::sql_quote(repo.name); });
  return fmt::format("CREATE TEMP TABLE own AS SELECT unnest({}) AS id, unnest({}) AS type, "
                     "unnest({}) AS name",
                     ids, types, names);
}

std::string is_in(LogRange range) {
  return fmt::format("access_log.timestamp >= make_timestamp({}) AND "
                     "access_log.timestamp < make_timestamp({})",
                     range.from.value, range.to.value);
}

std::string format_options(LogFormat format) {
  switch (format) {
    case LogFormat::csv: return "FORMAT csv, HEADER";
    case LogFormat::ndjson: return "FORMAT json";
    case LogFormat::parquet: return "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480";
  }
  return {};
}

// An empty text and nothing at all look alike in CSV only if both are nothing.
std::string select_columns(LogFormat format) {
  const auto* timestamp =
      format == LogFormat::parquet ? "timestamp" : "strftime(timestamp, '%Y-%m-%dT%H:%M:%S.%gZ')";
  return fmt::format(
      "{} AS timestamp, status, method, coalesce(own.name, repo_name) AS repoName, "
      "coalesce(own.type, repo_type) AS repoType, "
      "CASE WHEN user_id <> 0 THEN keyed_hash(encode('user ' || user_id)) END AS hashedUserId, "
      "CASE WHEN user_id = 0 THEN keyed_hash(encode('address ') || address_hash) END AS hashedIp, "
      "nullif(country, '') AS country, nullif(region, '') AS region, "
      "nullif(user_agent, '') AS userAgent, nullif(path, '') AS path, "
      "nullif(revision, '') AS revision, bytes, "
      "CAST(round(duration_micros / 1000.0) AS BIGINT) AS durationMs",
      timestamp);
}

// With the namespace's repositories as `own`, and the log.
stats::DuckdbScript begin_script(const Scope& scope) {
  stats::DuckdbScript script;
  script.files = scope.segments;
  script.statements = {own_table(scope), stats::access_log_view(scope.segments)};
  return script;
}

// `elsewhere`: once the namespace's, and another's today.
stats::DuckdbScript script_of(const Scope& scope, const std::vector<RepoId>& elsewhere,
                              LogRange range, LogFormat format) {
  auto script = begin_script(scope);
  script.statements.push_back("CREATE TEMP TABLE elsewhere AS SELECT unnest(" +
                              sql_list(elsewhere, "BIGINT", id_text) + ") AS id");
  script.statements.push_back(hash_macro(scope.key));
  script.statements.push_back(fmt::format(
      "COPY (SELECT {} FROM access_log LEFT JOIN own ON own.id = repo_id WHERE {} AND "
      "(own.id IS NOT NULL OR (owner_id = {} AND repo_id NOT IN (SELECT id FROM elsewhere)))) "
      "TO '/dev/stdout' ({})",
      select_columns(format), is_in(range), scope.owner.value, format_options(format)));
  return script;
}

Result<> insert_key(Hub& hub, db::Connection& connection, AccountId owner, const LogKey& key,
                    std::string_view on_conflict) {
  TRY(connection
          .sql("INSERT INTO log_key (owner_id, secret, created_at) VALUES (?1, ?2, ?3) "
               "ON CONFLICT (owner_id) " +
               std::string(on_conflict))
          .bind(owner, Bytes(key), hub.clock.now())
          .run());
  return {};
}

// The namespace's key; made at its first export.
Result<LogKey> key_of(Hub& hub, AccountId owner) {
  LogKey fresh;
  random_bytes(fresh);
  return hub.database.write_now([&](db::Connection& connection) -> Result<LogKey> {
    TRY(insert_key(hub, connection, owner, fresh, "DO NOTHING"));
    const auto row = TRY(connection.sql("SELECT secret FROM log_key WHERE owner_id = ?1")
                             .bind(owner)
                             .first<Sha256>());
    if (!row) return fail_internal("a log key that was inserted is not there");
    return std::get<0>(*row).bytes;
  });
}

Result<> read_repos(db::Connection& connection, Scope& scope) {
  auto rows = connection
                  .sql("SELECT r.id, r.type, a.name, r.name FROM repository r "
                       "JOIN account a ON a.id = r.owner_id WHERE r.owner_id = ?1 ORDER BY r.id")
                  .bind(scope.owner);
  while (TRY(rows.step())) {
    scope.repos.push_back({rows.get<RepoId>(0), rows.get<std::string>(1),
                           rows.get<std::string>(2) + "/" + rows.get<std::string>(3)});
  }
  return {};
}

Result<Scope> read_scope(Hub& hub, AccountId owner, LogRange range) {
  TRY(flush_access_log(hub));
  Scope scope{.owner = owner, .key = TRY(key_of(hub, owner))};
  TRY(hub.database.read_now([&](db::Connection& connection) -> Result<> {
    TRY(read_repos(connection, scope));
    for (const auto& segment : TRY(stats::list_log_segments(connection, range.from, range.to))) {
      scope.segments.push_back(hub.log_work->place().directory / segment.name);
    }
    return {};
  }));
  return scope;
}

Result<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  return fail_internal("DuckDB answered with something else than a number");
}

// What the log says was the namespace's in this time, and is not today. Segments are sorted by owner, so
// little of them is read.
Result<std::vector<RepoId>> once_owned(const stats::Duckdb& duckdb, const Scope& scope,
                                       LogRange range) {
  std::vector<RepoId> repos;
  if (scope.segments.empty()) return repos;
  auto script = begin_script(scope);
  script.query = fmt::format("SELECT DISTINCT repo_id FROM access_log WHERE owner_id = {} AND {} "
                             "AND repo_id NOT IN (SELECT id FROM own)",
                             scope.owner.value, is_in(range));
  for (const auto& row : TRY(duckdb.run(script)).rows) {
    repos.push_back(RepoId{TRY(number(row[0].value_or("")))});
  }
  return repos;
}

// Those of them that are another's today, and not deleted. The hub may have a million repositories, of which
// these are few.
Result<std::vector<RepoId>> found_elsewhere(db::Connection& connection, AccountId owner,
                                            const std::vector<RepoId>& repos) {
  std::vector<RepoId> elsewhere;
  for (const auto repo : repos) {
    const auto row = TRY(connection.sql("SELECT owner_id FROM repository WHERE id = ?1")
                             .bind(repo)
                             .first<AccountId>());
    if (row && std::get<0>(*row) != owner) elsewhere.push_back(repo);
  }
  return elsewhere;
}

Result<stats::DuckdbScript> prepare(Hub& hub, AccountId owner, LogRange range, LogFormat format) {
  const auto scope = TRY(read_scope(hub, owner, range));
  const auto once = TRY(once_owned(*hub.log_work->duckdb(), scope, range));
  const auto elsewhere =
      TRY(hub.database.read_now([&](auto& c) { return found_elsewhere(c, owner, once); }));
  return script_of(scope, elsewhere, range, format);
}

}  // namespace

std::optional<LogFormat> log_format_from(std::string_view text) {
  if (text == "csv") return LogFormat::csv;
  if (text == "ndjson") return LogFormat::ndjson;
  if (text == "parquet") return LogFormat::parquet;
  return std::nullopt;
}

Task<Result<std::size_t>> LogExport::read(std::span<char> space) {
  const auto count = CO_TRY(co_await running.process.read(space));
  if (count > 0) co_return count;
  const auto end = co_await running.process.finish();
  right.reset();
  if (end.exit_status != 0) {
    co_return fail_internal(
        fmt::format("the export of a log ended with status {}: {}", end.exit_status, end.errors));
  }
  co_return std::size_t{0};
}

Task<Result<LogExport>> start_log_export(Hub& hub, NamespaceAnalyst analyst, LogRange range,
                                         LogFormat format) {
  CO_TRY(require_access_log(hub));
  const auto* duckdb = hub.log_work->duckdb();
  auto right = hub.log_work->begin_export(analyst.id());
  if (!right) {
    co_return fail_too_many("Another access log is being exported. Try again in 10 seconds.", 10);
  }
  LogWork::Reader reader(*hub.log_work);
  auto script =
      CO_TRY(co_await hub.pool.run([&] { return prepare(hub, analyst.id(), range, format); }));
  auto temporary = CO_TRY(co_await hub.pool.run([&] { return duckdb->make_temporary(); }));
  auto running = CO_TRY(co_await duckdb->start(std::move(script), std::move(temporary)));
  co_return LogExport{std::move(right), std::move(reader), std::move(running)};
}

Result<> rotate_log_key(Hub& hub, AccountId owner) {
  LogKey fresh;
  random_bytes(fresh);
  return hub.database.write_now([&](db::Connection& connection) {
    return insert_key(hub, connection, owner, fresh,
                      "DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at");
  });
}

}  // namespace kohaku::hub
