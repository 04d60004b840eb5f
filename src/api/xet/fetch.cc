#include "api/xet/fetch.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "api/download_event.h"
#include "http/range.h"
#include "hub/xet_links.h"

namespace kohaku::api {
namespace {

// A number in its one spelling.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::to_string(value) == text ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> number(const Call& call, std::string_view name) {
  return number(call.query.text(name).value_or(""));
}

Result<hub::FetchGrant> grant_of(const Call& call) {
  const auto hash = xet::parse_hash(call.path.value("hash"));
  const auto bytes = call.query.text("bytes").value_or("");
  const auto dash = std::min(bytes.find('-'), bytes.size());
  const auto begin = number(std::string_view(bytes).substr(0, dash));
  const auto last = number(std::string_view(bytes).substr(std::min(dash + 1, bytes.size())));
  const auto repo = number(call, "repository");
  const auto user = number(call, "user");
  if (!hash || !begin || !last || !repo || !user || *last < *begin) return hub::refuse_link();
  return hub::FetchGrant{*hash,
                         *begin,
                         *last + 1,
                         {static_cast<std::int64_t>(*repo)},
                         {static_cast<std::int64_t>(*user)},
                         {}};
}

}  // namespace

Task<Result<http::Reply>> fetch_xorb(hub::Anyone, Call& call) {
  const auto grant = CO_TRY(grant_of(call));
  const hub::LinkProof proof{call.query.text("expires").value_or(""),
                             call.query.text("signature").value_or("")};
  const auto opened = CO_TRY(hub::open_fetch_link(call.hub, grant, proof));
  begin_download(call, opened.repo.repo());
  if (call.download) call.download->user = grant.user;
  const auto& xorb = opened.xorb;
  const auto size = xorb->packed_offset(xorb->count());
  http::ByteRange range{grant.begin, grant.end - grant.begin};
  http::Reply reply;
  if (const auto asked = CO_TRY(http::parse_range(call.request.headers.get("Range"), size))) {
    if (asked->offset < grant.begin || asked->offset + asked->length > grant.end) {
      co_return fail(Code::forbidden, "This link opens other bytes.");
    }
    range = *asked;
    reply.status = 206;
    reply.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", range.offset,
                                                   range.offset + range.length - 1, size));
  }
  reply.headers.set("Content-Type", "application/octet-stream");
  reply.headers.set("Accept-Ranges", "bytes");
  reply.headers.set("Cache-Control", "private, max-age=3600");
  if (call.request.method == http::Method::head) {
    reply.body = http::NoBody{range.length};
  } else {
    reply.body = CO_TRY(call.hub.objects.xorbs().read_packed(xorb, range.offset, range.length));
  }
  co_return reply;
}

}  // namespace kohaku::api
