#include "api/xet/reconstructions.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "api/json.h"
#include "http/range.h"
#include "hub/xet_links.h"
#include "hub/xet_reconstruction.h"

namespace kohaku::api {
namespace {

struct ChunkSpan {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};
BOOST_DESCRIBE_STRUCT(ChunkSpan, (), (start, end))

struct TermReply {
  std::string hash;
  std::uint64_t unpacked_length = 0;
  ChunkSpan range;
};
BOOST_DESCRIBE_STRUCT(TermReply, (), (hash, unpacked_length, range))

Result<hub::Reconstruction> plan(const hub::XetReader& reader, const Call& call) {
  const auto file = xet::parse_hash(call.path.value("hash"));
  if (!file) return fail(Code::bad_request, "A file is named by 64 hexadecimal digits.");
  const auto size = TRY(hub::find_xet_size(call.hub, reader, *file));
  const auto asked = TRY(http::parse_range(call.request.headers.get("Range"), size));
  const auto span = asked ? hub::ByteSpan{asked->offset, asked->length} : hub::ByteSpan{0, size};
  return hub::plan_reconstruction(call.hub, reader, *file, span);
}

std::string link_to(const Call& call, const hub::XetReader& reader, const store::Xorb& xorb,
                    const hub::FetchRange& range) {
  const hub::FetchGrant grant{xorb.hash(), range.begin, range.end, reader.repository().id,
                              reader.user_id()};
  const auto proof = hub::sign_fetch_link(call.hub.secrets, grant, xorb, call.hub.clock.now());
  return fmt::format("{}/xet/fetch/{}?bytes={}-{}&repository={}&user={}&{}", call.base_url(),
                     xet::to_text(grant.xorb), grant.begin, grant.end - 1, grant.repo.value,
                     grant.user.value, proof.query());
}

void write_terms(JsonWriter& json, const hub::Reconstruction& plan) {
  json.field("offset_into_first_range", plan.offset_into_first_term);
  json.key("terms");
  json.begin_array();
  for (const auto& term : plan.terms) {
    json.write(TermReply{xet::to_text(term.xorb), term.size, {term.first, term.last_exclusive}});
  }
  json.end_array();
}

// `write_fetch` writes one range of one xorb. One range for each link: a client then needs no answer
// in several parts.
template <class WriteFetch>
void write_fetches(JsonWriter& json, const hub::Reconstruction& plan, WriteFetch write_fetch) {
  json.begin_object();
  for (const auto& [hash, fetched] : plan.xorbs) {
    json.key(xet::to_text(hash));
    json.begin_array();
    for (const auto& range : fetched.ranges) {
      json.begin_object();
      write_fetch(*fetched.xorb, range);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

std::string write_v2(const Call& call, const hub::XetReader& reader,
                     const hub::Reconstruction& plan) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_terms(json, plan);
  json.key("xorbs");
  write_fetches(json, plan, [&](const store::Xorb& xorb, const hub::FetchRange& range) {
    json.field("url", link_to(call, reader, xorb, range));
    json.key("ranges");
    json.begin_array();
    json.begin_object();
    json.field("chunks", ChunkSpan{range.first, range.last});
    json.field("bytes", ChunkSpan{range.begin, range.end - 1});
    json.end_object();
    json.end_array();
  });
  json.end_object();
  return text;
}

std::string write_v1(const Call& call, const hub::XetReader& reader,
                     const hub::Reconstruction& plan) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_terms(json, plan);
  json.key("fetch_info");
  write_fetches(json, plan, [&](const store::Xorb& xorb, const hub::FetchRange& range) {
    json.field("range", ChunkSpan{range.first, range.last});
    json.field("url", link_to(call, reader, xorb, range));
    json.field("url_range", ChunkSpan{range.begin, range.end - 1});
  });
  json.end_object();
  return text;
}

}  // namespace

Task<Result<http::Reply>> reconstruct(hub::XetReader reader, Call& call) {
  co_return co_await call.hub.pool.run([&]() -> Result<http::Reply> {
    return http::json_reply(200, write_v2(call, reader, TRY(plan(reader, call))));
  });
}

Task<Result<http::Reply>> reconstruct_v1(hub::XetReader reader, Call& call) {
  co_return co_await call.hub.pool.run([&]() -> Result<http::Reply> {
    return http::json_reply(200, write_v1(call, reader, TRY(plan(reader, call))));
  });
}

}  // namespace kohaku::api
