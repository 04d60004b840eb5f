#include "api/organizations/breakdown_parquet.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "hub/current_caches.h"
#include "hub/log_work.h"
#include "stats/duckdb.h"

namespace kohaku::api {
namespace {

constexpr std::size_t buffer_bytes = 128 << 10;

// A running conversion, and the right to it.
struct Conversion {
  std::optional<hub::LogWork::Export> right;
  stats::DuckdbProcess running;
};

Result<> spool(const os::Path& path, const std::function<Result<std::string>()>& next) {
  auto file = TRY(os::create_new(path));
  while (true) {
    const auto piece = TRY(next());
    if (piece.empty()) return {};
    TRY(file.append(as_bytes(piece)));
  }
}

stats::DuckdbScript script_of(const os::Path& csv) {
  stats::DuckdbScript script;
  script.files = {csv};
  script.statements = {fmt::format(
      "COPY (SELECT repoType, repoName, total, "
      "strptime(timestamp, '%Y-%m-%dT%H:%M:%S.%gZ') AS timestamp, downloads FROM read_csv({}, "
      "header = true, delim = ',', quote = '\"', escape = '\"', columns = {{'repoType': 'VARCHAR', "
      "'repoName': 'VARCHAR', 'total': 'BIGINT', 'timestamp': 'VARCHAR', 'downloads': 'BIGINT'}})) "
      "TO '/dev/stdout' (FORMAT parquet, COMPRESSION zstd)",
      stats::sql_quote(csv.string()))};
  return script;
}

Task<Result<>> send(std::shared_ptr<Conversion> conversion, http::BodyWriter& writer) {
  auto& process = conversion->running.process;
  std::vector<char> buffer(buffer_bytes);
  while (const auto count = CO_TRY(co_await process.read(buffer))) {
    CO_TRY(co_await writer.write(as_bytes({buffer.data(), count})));
  }
  const auto end = co_await process.finish();
  conversion->right.reset();
  if (end.exit_status == 0) co_return Result<>();
  co_return fail_internal(
      fmt::format("a breakdown as Parquet ended with status {}: {}", end.exit_status, end.errors));
}

}  // namespace

Task<Result<http::Body>> breakdown_as_parquet(hub::Hub& hub, const hub::AnalyticsScope& scope,
                                              std::function<Result<std::string>()> next) {
  const auto* duckdb = hub.log_work->duckdb();
  if (duckdb == nullptr) {
    co_return fail(Code::not_implemented,
                   "This hub exports no Parquet: its operator has not installed DuckDB. Take "
                   "format=csv or format=json.");
  }
  auto right = hub.log_work->begin_export(scope.owner());
  if (!right) co_return fail_too_many("Another export is under way. Try again in 10 seconds.", 10);
  auto temporary = CO_TRY(co_await hub.pool.run([&] { return duckdb->make_temporary(); }));
  const auto csv = temporary.path() / "breakdown.csv";
  CO_TRY(co_await hub.current->long_reads.run([&] { return spool(csv, next); }));
  auto running = CO_TRY(co_await duckdb->start(script_of(csv), std::move(temporary)));
  auto conversion = std::make_shared<Conversion>(Conversion{std::move(right), std::move(running)});
  co_return http::StreamBody{std::nullopt,
                             [conversion = std::move(conversion)](http::BodyWriter& writer) {
                               return send(conversion, writer);
                             }};
}

}  // namespace kohaku::api
