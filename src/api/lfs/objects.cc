#include "api/lfs/objects.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "api/download_event.h"
#include "http/conditional.h"
#include "http/range.h"
#include "hub/lfs_links.h"
#include "store/object_store.h"

namespace kohaku::api {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value <= 0 || std::to_string(value) != text) return std::nullopt;
  return value;
}

Result<hub::DownloadGrant> grant_of(const Call& call) {
  const auto repo = number(call.path.value("repository"));
  const auto oid = Sha256::from_hex(call.path.value("oid"));
  if (!repo || !oid) return fail(Code::not_found, "There is nothing at this address.");
  hub::DownloadGrant grant{{*repo}, *oid, {}};
  if (const auto user = call.query.text("user")) grant.user = AccountId{number(*user).value_or(0)};
  return grant;
}

http::Headers headers_of(const std::string& etag) {
  http::Headers headers;
  headers.set("Content-Type", "application/octet-stream");
  headers.set("ETag", etag);
  headers.set("Accept-Ranges", "bytes");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Content-Security-Policy", "sandbox");
  headers.set("Content-Disposition", "attachment");
  return headers;
}

Result<http::Reply> send(const store::LargeObject& object, Call& call) {
  const auto etag = fmt::format("\"{}\"", object.sha256.hex());
  const auto& asked = call.request.headers;
  http::Reply reply;
  reply.headers = headers_of(etag);
  if (http::not_modified(asked, etag)) {
    reply.status = 304;
    reply.body = http::NoBody{};
    return reply;
  }
  http::ByteRange range{0, object.size};
  if (call.request.method == http::Method::get && http::range_applies(asked, etag)) {
    const auto part = http::parse_range(asked.get("Range"), object.size);
    if (!part) {
      auto refusal = http::error_reply(part.error());
      refusal.headers.set("Content-Range", fmt::format("bytes */{}", object.size));
      return refusal;
    }
    if (*part) {
      range = **part;
      reply.status = 206;
      reply.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", range.offset,
                                                     range.offset + range.length - 1, object.size));
    }
  }
  reply.body = TRY(call.hub.objects.read(object, range.offset, range.length));
  return reply;
}

}  // namespace

Task<Result<http::Reply>> get_lfs_object(hub::Anyone, Call& call) {
  const auto grant = CO_TRY(grant_of(call));
  const hub::LinkProof proof{call.query.text("expires").value_or(""),
                             call.query.text("signature").value_or("")};
  const auto repo = CO_TRY(hub::open_download_link(call.hub, grant, proof));
  begin_download(call, repo.repo());
  if (call.download) {
    call.download->user = grant.user.value_or(AccountId{});
    call.download->files = {stats::file_of(grant.sha256)};
  }
  const auto object = CO_TRY(call.hub.database.read_now([&](db::Connection& connection) {
    return store::ObjectStore::find(connection, repo.repo().id, grant.sha256);
  }));
  if (!object) {
    co_return fail(Code::entry_not_found, "This repository does not hold the object any more.");
  }
  co_return send(*object, call);
}

}  // namespace kohaku::api
