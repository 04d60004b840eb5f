#include "db/migrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "os/log.h"

namespace kohaku::db {
namespace {

using Applied = std::tuple<int, std::string>;  // number, name

Result<std::vector<Applied>> applied_migrations(Connection& connection) {
  TRY(connection.script("CREATE TABLE IF NOT EXISTS schema_migration "
                        "(number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                        "applied_at BIGINT NOT NULL)"));
  return connection.sql("SELECT number, name FROM schema_migration ORDER BY number")
      .all<int, std::string>();
}

Result<> check_history(const std::vector<Applied>& applied, std::span<const Migration> known) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const auto& [number, name] = applied[i];
    if (known.empty() || number > known.back().number) {
      return fail(Code::conflict,
                  fmt::format("The database was written by a newer version of this program (it has "
                              "migration {}, {}). Start that version, or restore a backup.",
                              number, name));
    }
    if (i >= known.size() || known[i].number != number || known[i].name != name) {
      return fail(Code::conflict,
                  fmt::format("The database has migration {} named '{}', which this program does "
                              "not have: it belongs to another line of versions.",
                              number, name));
    }
  }
  return {};
}

Result<> apply_in_transaction(Connection& connection, const Migration& migration, Micros now) {
  TRY(connection.script(migration.sql));
  TRY(connection.sql("INSERT INTO schema_migration (number, name, applied_at) VALUES (?1, ?2, ?3)")
          .bind(migration.number, migration.name, now)
          .run());
  return connection.script("COMMIT");
}

Result<> apply(Connection& connection, const Migration& migration, Micros now) {
  TRY(connection.script("BEGIN IMMEDIATE"));
  auto applied = apply_in_transaction(connection, migration, now);
  if (!applied) {
    if (connection.in_transaction()) std::ignore = connection.script("ROLLBACK");
    auto error = std::move(applied).error();
    error.detail = fmt::format("migration {}: {}", migration.name, error.detail);
    return std::unexpected(std::move(error));
  }
  os::log_info("Migrated the database", {{"migration", migration.name}});
  return {};
}

}  // namespace

Result<> migrate(Connection& connection, std::span<const Migration> migrations, Micros now) {
  const auto applied = TRY(applied_migrations(connection));
  TRY(check_history(applied, migrations));
  for (const auto& migration : migrations.subspan(applied.size())) {
    TRY(apply(connection, migration, now));
  }
  return {};
}

}  // namespace kohaku::db
