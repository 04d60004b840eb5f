#include "api/lfs/verify.h"

#include <fmt/format.h>

#include "api/lfs/reply.h"
#include "store/object_store.h"

namespace kohaku::api {

Result<http::Reply> verify_lfs_object(const hub::WritableRepo& repo,
                                      const Body<LfsBatchObject>& object, hub::Hub& hub) {
  const auto oid = Sha256::from_hex(object->oid);
  if (!oid) return fail(Code::unprocessable, "The oid must be 64 hexadecimal digits.");
  const auto found = TRY(hub.database.read_now([&](db::Connection& connection) {
    return store::ObjectStore::find(connection, repo.repo().id, *oid);
  }));
  if (!found) return fail(Code::not_found, "This repository does not hold the object.");
  if (object->size < 0 || found->size != static_cast<std::uint64_t>(object->size)) {
    return fail(Code::unprocessable,
                fmt::format("This object has {} bytes, not {}.", found->size, object->size));
  }
  return lfs_reply(200, R"({"message":"Object verified successfully"})");
}

}  // namespace kohaku::api
