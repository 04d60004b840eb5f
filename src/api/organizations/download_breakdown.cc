#include "api/organizations/download_breakdown.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "api/counting.h"
#include "api/organizations/breakdown_parquet.h"
#include "api/organizations/breakdown_text.h"
#include "hub/current_caches.h"
#include "hub/download_breakdown.h"
#include "os/ahead.h"

namespace kohaku::api {
namespace {

// The unit in which text is made and sent.
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

Result<BreakdownFormat> format_of(const Call& call) {
  const auto word = call.query.text("format");
  if (!word || *word == "csv") return BreakdownFormat::csv;
  if (*word == "json") return BreakdownFormat::json;
  if (*word == "parquet") return BreakdownFormat::parquet;
  return fail(Code::bad_request, "'format' must be csv, json or parquet.");
}

class Text {
 public:
  Text(hub::DownloadBreakdown breakdown, BreakdownFormat format)
      : breakdown_(std::move(breakdown)), format_(format) {}

  // Blocks. "" at the end. `piece` is one that was sent, for its memory.
  Result<std::string> next(std::string piece) {
    piece.clear();
    if (!std::exchange(begun_, true)) piece += breakdown_header(format_);
    while (piece.size() < piece_bytes) {
      const auto& repos = *TRY(breakdown_.next());
      if (repos.empty()) break;
      for (const auto& repo : repos) append_rows(piece, repo, format_);
    }
    return piece;
  }

 private:
  hub::DownloadBreakdown breakdown_;
  BreakdownFormat format_;
  bool begun_ = false;
};

// While one piece is sent the next is made.
Task<Result<>> write_all(os::Pool& pool, std::shared_ptr<Text> text, std::string piece,
                         http::BodyWriter& writer) {
  std::string sent;
  while (!piece.empty()) {
    os::Ahead<Result<std::string>> next(
        pool, [text, sent = std::move(sent)]() mutable { return text->next(std::move(sent)); });
    const auto written = co_await writer.write(as_bytes(piece));
    auto made = co_await next.wait();
    CO_TRY(written);
    sent = std::exchange(piece, CO_TRY(std::move(made)));
  }
  co_return Result<>{};
}

struct FileKind {
  std::string_view media_type;
  std::string_view ending;
};

FileKind kind_of(BreakdownFormat format) {
  switch (format) {
    case BreakdownFormat::json: return {"application/x-ndjson", "ndjson"};
    case BreakdownFormat::parquet: return {"application/vnd.apache.parquet", "parquet"};
    case BreakdownFormat::csv: break;
  }
  return {"text/csv; charset=utf-8", "csv"};
}

http::Headers headers_of(const hub::AnalyticsScope& scope, BreakdownFormat format) {
  const auto kind = kind_of(format);
  http::Headers headers;
  headers.set("Content-Type", kind.media_type);
  headers.set("Content-Disposition",
              fmt::format("attachment; filename=\"{}-download-breakdown.{}\"", scope.owner_name(),
                          kind.ending));
  headers.set("Cache-Control", "private, no-store");
  return headers;
}

}  // namespace

Task<Result<http::Reply>> download_breakdown(hub::NamespaceAnalyst analyst, Call& call) {
  const hub::AnalyticsScope scope(analyst);
  const auto format = CO_TRY(format_of(call));
  const auto counting = CO_TRY(counting_of(call));
  const bool is_parquet = format == BreakdownFormat::parquet;
  auto text = std::make_shared<Text>(hub::DownloadBreakdown(call.hub.database, scope, counting),
                                     is_parquet ? BreakdownFormat::csv : format);
  http::Reply reply;
  reply.headers = headers_of(scope, format);
  if (is_parquet) {
    reply.body =
        CO_TRY(co_await breakdown_as_parquet(call.hub, scope, [text] { return text->next({}); }));
    co_return reply;
  }
  auto& pool = call.hub.current->long_reads;
  // The first piece before the status: a database that is away is told by it.
  auto first = CO_TRY(co_await pool.run([&] { return text->next({}); }));
  reply.body = http::StreamBody{std::nullopt, [&pool, text = std::move(text),
                                               first = std::move(first)](http::BodyWriter& writer) {
                                  return write_all(pool, text, first, writer);
                                }};
  co_return reply;
}

}  // namespace kohaku::api
