// Whether the disk has room for what is about to arrive.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// Refuses before a byte is read, rather than when the last one finds no place: insufficient_storage.
Result<> check_room(Hub& hub, std::uint64_t bytes);

}  // namespace kohaku::hub
