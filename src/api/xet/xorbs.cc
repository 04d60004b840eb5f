#include "api/xet/xorbs.h"

#include <utility>

#include "hub/xorb_receive.h"

namespace kohaku::api {

Task<Result<XorbReply>> put_xorb(hub::XetWriter writer, Call& call) {
  const auto hash = xet::parse_hash(call.path.value("hash"));
  if (!hash) co_return fail(Code::bad_request, "A xorb is named by 64 hexadecimal digits.");
  co_return XorbReply{
      CO_TRY(co_await hub::receive_xorb(call.hub, std::move(writer), *hash, *call.request.body))};
}

}  // namespace kohaku::api
