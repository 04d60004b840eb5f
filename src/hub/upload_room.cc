#include "hub/upload_room.h"

namespace kohaku::hub {

Result<> check_room(Hub& hub, std::uint64_t bytes) {
  const auto room = TRY(os::free_bytes(hub.objects.files().root()));
  if (room >= bytes) return {};
  return fail(Code::insufficient_storage, "The server has no room for this file.");
}

}  // namespace kohaku::hub
