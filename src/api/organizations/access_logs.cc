#include "api/organizations/access_logs.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "base/rfc3339.h"
#include "hub/log_export.h"

namespace kohaku::api {
namespace {

constexpr std::int64_t usual_seconds = 30 * 86'400;
constexpr std::size_t buffer_bytes = 128 << 10;

struct FormatEntry {
  hub::LogFormat format;
  std::string_view name;
  std::string_view media_type;
};
constexpr std::array<FormatEntry, 3> formats = {{
    {hub::LogFormat::csv, "csv", "text/csv; charset=utf-8"},
    {hub::LogFormat::ndjson, "ndjson", "application/x-ndjson"},
    {hub::LogFormat::parquet, "parquet", "application/vnd.apache.parquet"},
}};

Result<FormatEntry> asked_format(const Call& call) {
  const auto name = call.query.text("format").value_or("csv");
  for (const auto& entry : formats) {
    if (entry.name == name) return entry;
  }
  return fail(Code::bad_request, "The format must be csv, ndjson or parquet.");
}

Result<Micros> asked_time(const Call& call, std::string_view name, Micros otherwise) {
  const auto text = call.query.text(name);
  if (!text) return otherwise;
  if (const auto time = parse_rfc3339(*text)) return *time;
  return fail(Code::bad_request,
              fmt::format("'{}' must be an RFC 3339 time, such as 2025-01-15T00:00:00Z.", name));
}

// Until now, with the present moment in it.
Result<hub::LogRange> asked_range(const Call& call) {
  const auto to = TRY(asked_time(call, "to", Micros{call.hub.clock.now().value + 1}));
  const auto from = TRY(asked_time(call, "from", to.plus_seconds(-usual_seconds)));
  if (from < to) return hub::LogRange{from, to};
  return fail(Code::bad_request, "'from' must be before 'to'.");
}

Task<Result<>> send(std::shared_ptr<hub::LogExport> log, http::BodyWriter& writer) {
  std::vector<char> buffer(buffer_bytes);
  while (const auto count = CO_TRY(co_await log->read(buffer))) {
    CO_TRY(co_await writer.write(as_bytes({buffer.data(), count})));
  }
  co_return Result<>();
}

std::string file_name(std::string_view owner, hub::LogRange range, std::string_view ending) {
  // The day of the last moment that is in it.
  const auto from = iso_date(range.from).substr(0, 10);
  const auto to = iso_date(Micros{range.to.value - 1}).substr(0, 10);
  return fmt::format("access-logs-{}-{}-{}.{}", owner, from, to, ending);
}

}  // namespace

Task<Result<http::Reply>> access_logs(hub::NamespaceAnalyst analyst, Call& call) {
  const auto format = CO_TRY(asked_format(call));
  const auto range = CO_TRY(asked_range(call));
  auto log = std::make_shared<hub::LogExport>(
      CO_TRY(co_await hub::start_log_export(call.hub, analyst, range, format.format)));
  http::Reply reply;
  reply.headers.set("Content-Type", format.media_type);
  reply.headers.set(
      "Content-Disposition",
      fmt::format("attachment; filename=\"{}\"", file_name(analyst.name(), range, format.name)));
  reply.headers.set("Cache-Control", "no-store");
  reply.body = http::StreamBody{
      std::nullopt, [log = std::move(log)](http::BodyWriter& writer) { return send(log, writer); }};
  co_return reply;
}

Result<LogKeyRotated> rotate_access_log_key(const hub::SignedInWriter&,
                                            const hub::NamespaceAnalyst& analyst, Call& call) {
  TRY(hub::rotate_log_key(call.hub, analyst.id()));
  return LogKeyRotated{
      .message = "The key was changed: what is exported from now on cannot be joined with "
                 "what was exported before"};
}

}  // namespace kohaku::api
