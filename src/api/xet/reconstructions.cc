#include "api/xet/reconstructions.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "api/download_event.h"
#include "api/xet/reconstruction_text.h"
#include "http/range.h"
#include "hub/xet_links.h"
#include "hub/xet_reconstruction.h"

namespace kohaku::api {
namespace {

using Version = ReconstructionText::Version;

// Answers up to this size have a Content-Length.
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

// The caller is the one who got the token, wherever this call comes from.
void begin_event(const hub::XetReader& reader, Call& call) {
  begin_download(call, reader.repository());
  if (!call.download) return;
  call.download->user = reader.user_id();
  call.download->who = reader.who();
}

Result<hub::Reconstruction> plan(const hub::XetReader& reader, Call& call) {
  const auto hash = xet::parse_hash(call.path.value("hash"));
  if (!hash) return fail(Code::bad_request, "A file is named by 64 hexadecimal digits.");
  const auto file = TRY(hub::find_xet_file(call.hub, reader, *hash));
  if (call.download) call.download->files = {stats::file_of(file.sha256)};
  const auto asked = TRY(http::parse_range(call.request.headers.get("Range"), file.size));
  const auto span =
      asked ? hub::ByteSpan{asked->offset, asked->length} : hub::ByteSpan{0, file.size};
  return hub::plan_reconstruction(call.hub, reader, *hash, span);
}

ReconstructionText::Link links_for(const Call& call, const hub::XetReader& reader) {
  return [&hub = call.hub, base = call.base_url(), repo = reader.repository().id,
          user = reader.user_id(),
          now = call.hub.clock.now()](const hub::FetchedXorb& xorb, const hub::FetchRange& range) {
    const hub::FetchGrant grant{xorb.hash, range.begin, range.end, repo, user, xorb.physical_name};
    const auto proof = hub::sign_fetch_link(hub.secrets, grant, now);
    return fmt::format("{}/xet/fetch/{}?bytes={}-{}&repository={}&user={}&{}", base,
                       xet::to_text(grant.xorb), grant.begin, grant.end - 1, grant.repo.value,
                       grant.user.value, proof.query());
  };
}

Task<Result<>> write_rest(os::Pool& pool, std::shared_ptr<ReconstructionText> text,
                          std::string piece, http::BodyWriter& writer) {
  for (bool more = true; more;) {
    CO_TRY(co_await writer.write(as_bytes(piece)));
    piece.clear();
    more = co_await pool.run([&] { return text->append(piece, piece_bytes); });
  }
  co_return co_await writer.write(as_bytes(piece));
}

Result<http::Reply> answer(const hub::XetReader& reader, Call& call, Version version) {
  begin_event(reader, call);
  const auto text = std::make_shared<ReconstructionText>(TRY(plan(reader, call)), version,
                                                         links_for(call, reader));
  std::string piece;
  const bool more = text->append(piece, piece_bytes);
  auto reply = http::json_reply(200, std::move(piece));
  reply.headers.set("Cache-Control", "no-store");
  if (more) {
    reply.body = http::StreamBody{
        std::nullopt,
        [&pool = call.hub.pool, text, begin = std::get<std::string>(reply.body)](
            http::BodyWriter& writer) { return write_rest(pool, text, begin, writer); }};
  }
  return reply;
}

}  // namespace

Task<Result<http::Reply>> reconstruct(hub::XetReader reader, Call& call) {
  co_return co_await call.hub.pool.run([&] { return answer(reader, call, Version::v2); });
}

Task<Result<http::Reply>> reconstruct_v1(hub::XetReader reader, Call& call) {
  co_return co_await call.hub.pool.run([&] { return answer(reader, call, Version::v1); });
}

}  // namespace kohaku::api
