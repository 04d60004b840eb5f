// Takes in one xorb: verified chunk by chunk while it streams, published when its hash is right.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/hub.h"
#include "hub/xet_access.h"
#include "xet/hash.h"

namespace kohaku::hub {

// True when clients with this casUrl could not count on the xorb before; whether the hub held it for
// somebody else makes no difference. bad_request when the bytes are not a xorb of that hash.
Task<Result<bool>> receive_xorb(Hub& hub, XetWriter writer, xet::Hash hash, http::BodyReader& body);

}  // namespace kohaku::hub
