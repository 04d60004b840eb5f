#include "api/lfs/uploads.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>
#include <vector>

#include "api/json.h"
#include "hub/lfs_links.h"
#include "hub/lfs_receive.h"

namespace kohaku::api {
namespace {

// 10,000 parts with their entity tags.
constexpr std::uint64_t most_completion_bytes = std::uint64_t{4} << 20U;

struct CompletedPart {
  std::int64_t partNumber = 0;  // the wire's own spelling
  std::string etag;
};
BOOST_DESCRIBE_STRUCT(CompletedPart, (), (partNumber, etag))

struct CompletionRequest {
  std::string oid;
  std::vector<CompletedPart> parts;
};
BOOST_DESCRIBE_STRUCT(CompletionRequest, (), (oid, parts))

hub::LinkProof proof_of(const Call& call) {
  return {call.query.text("expires").value_or(""), call.query.text("signature").value_or("")};
}

Result<hub::OpenedUpload> open_link(Call& call, hub::UploadAct act, std::int64_t part) {
  return hub::open_upload_link(call.hub, call.path.value("id"), act, part, proof_of(call));
}

// 0, which no link is signed for, when the segment is not a number in its one spelling.
std::int64_t part_number(const Call& call) {
  const auto text = call.path.value("part");
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::to_string(number) == text ? number : 0;
}

std::string in_quotes(std::string_view etag) { return fmt::format("\"{}\"", etag); }

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

http::Reply stored(std::string_view etag) {
  http::Reply reply;
  reply.headers.set("ETag", in_quotes(etag));
  reply.body = std::string();
  return reply;
}

}  // namespace

Task<Result<http::Reply>> put_upload(hub::Anyone, Call& call) {
  auto opened = CO_TRY(open_link(call, hub::UploadAct::whole, 0));
  const auto etag = opened.upload.sha256.hex();
  CO_TRY(co_await hub::receive_whole(call.hub, std::move(opened), *call.request.body));
  co_return stored(etag);
}

Task<Result<http::Reply>> put_upload_part(hub::Anyone, Call& call) {
  const auto part = part_number(call);
  auto opened = CO_TRY(open_link(call, hub::UploadAct::part, part));
  const auto etag =
      CO_TRY(co_await hub::receive_part(call.hub, std::move(opened), part, *call.request.body));
  co_return stored(etag);
}

Task<Result<http::Reply>> complete_upload(hub::Anyone, Call& call) {
  auto opened = CO_TRY(open_link(call, hub::UploadAct::complete, 0));
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_completion_bytes));
  const auto request = CO_TRY(from_json<CompletionRequest>(text));
  if (Sha256::from_hex(request.oid) != opened.upload.sha256) {
    co_return fail(Code::bad_request, "The oid is not the one this upload was promised for.");
  }
  std::vector<hub::UploadedPart> parts;
  parts.reserve(request.parts.size());
  for (const auto& part : request.parts) parts.push_back({part.partNumber, unquoted(part.etag)});
  const auto size = opened.upload.size;
  auto oid = opened.upload.sha256.hex();
  CO_TRY(co_await hub::complete_upload(call.hub, std::move(opened), std::move(parts)));
  CompletedUpload done{"Upload completed successfully", size, std::move(oid)};
  co_return http::json_reply(200, to_json(done));
}

}  // namespace kohaku::api
