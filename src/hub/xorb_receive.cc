#include "hub/xorb_receive.h"

#include <memory>
#include <utility>

#include "hub/upload_room.h"
#include "hub/xorb_rights.h"
#include "store/intake.h"
#include "store/object_store.h"
#include "xet/xorb.h"

namespace kohaku::hub {
namespace {

struct Arriving {
  store::Staging staging;
  xet::XorbReader reader;

  Result<> take(Bytes bytes) {
    TRY(reader.update(bytes));
    return staging.write(bytes);
  }

  Result<> finish(const xet::Hash& expected) {
    TRY(reader.finish());
    if (reader.hash() == expected) return {};
    return fail(Code::bad_request, "The xorb's chunks hash to " + xet::to_text(reader.hash()) +
                                       ", not to " + xet::to_text(expected) + ".");
  }
};

Result<> check_length(const http::BodyReader& body) {
  const auto declared = body.declared_length();
  if (!declared) return fail(Code::length_required, "A xorb must declare its Content-Length.");
  if (*declared <= xet::most_xorb_body_bytes) return {};
  return fail(Code::payload_too_large, "A xorb may hold at most 64 MiB of content.");
}

}  // namespace

Task<Result<bool>> receive_xorb(Hub& hub, XetWriter writer, xet::Hash hash,
                                http::BodyReader& body) {
  CO_TRY(check_length(body));
  CO_TRY(check_room(hub, *body.declared_length()));
  body.set_limit(xet::most_xorb_body_bytes);
  auto& xorbs = hub.objects.xorbs();
  const auto arriving = std::make_shared<Arriving>(
      CO_TRY(co_await hub.pool.run([&] { return xorbs.stage(); })), xet::XorbReader());
  CO_TRY(co_await store::receive(body, hub.pool,
                                 [arriving](Bytes bytes) { return arriving->take(bytes); }));
  CO_TRY(arriving->finish(hash));

  const auto until = hub.clock.now().plus_seconds(registration_seconds);
  const auto known = CO_TRY(hub.database.read_now(
      [&](db::Connection& connection) { return is_registered(connection, writer.scope(), hash); }));
  const auto keep = [&](db::Connection& connection) -> Result<> {
    TRY(check_still_allowed(connection, writer));
    return register_xorb(connection, writer.scope(), hash, until);
  };
  CO_TRY(co_await hub.pool.run([&] { return arriving->staging.seal(); }));
  CO_TRY(
      co_await xorbs.publish(std::move(arriving->staging), hash, arriving->reader.chunks(), keep));
  co_return !known;
}

}  // namespace kohaku::hub
