#include "api/lfs/verify.h"

#include <fmt/format.h>

#include "api/lfs/reply.h"
#include "store/object_store.h"

namespace kohaku::api {
namespace {

Result<http::Reply> verify(const LfsBatchObject& object, const Call& call) {
  const auto repo =
      TRY(hub::Access(call.hub).writable(call.caller, call.path.repo_type(), call.path.repo));
  const auto oid = Sha256::from_hex(object.oid);
  if (!oid) return fail(Code::unprocessable, "The oid must be 64 hexadecimal digits.");
  const auto found = TRY(call.hub.database.read_now([&](db::Connection& connection) {
    return store::ObjectStore::find(connection, repo.repo().id, *oid);
  }));
  if (!found) return fail(Code::not_found, "This repository does not hold the object.");
  if (object.size < 0 || found->size != static_cast<std::uint64_t>(object.size)) {
    return fail(Code::unprocessable,
                fmt::format("This object has {} bytes, not {}.", found->size, object.size));
  }
  return lfs_reply(200, R"({"message":"Object verified successfully"})");
}

}  // namespace

Task<Result<http::Reply>> verify_lfs_object(hub::Anyone anyone, Body<LfsBatchObject> body,
                                            Call& call) {
  auto reply = verify(*body, call);
  if (!reply) co_return lfs_refusal(reply.error(), anyone.caller());
  co_return reply;
}

}  // namespace kohaku::api
