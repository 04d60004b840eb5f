#include "api/xet/chunks.h"

#include <utility>

#include "hub/chunk_query.h"

namespace kohaku::api {

Task<Result<http::Reply>> query_chunk(hub::XetReader reader, Call& call) {
  const auto hash = xet::parse_hash(call.path.value("hash"));
  if (!hash) co_return fail(Code::bad_request, "A chunk is named by 64 hexadecimal digits.");
  http::Reply reply;
  reply.body = CO_TRY(co_await hub::find_chunk(call.hub, std::move(reader), *hash));
  reply.headers.set("Content-Type", "application/octet-stream");
  co_return reply;
}

}  // namespace kohaku::api
