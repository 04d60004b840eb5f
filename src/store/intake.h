// Takes a request's body to the disk: the event loop reads on while a thread of the pool hashes and
// writes what came before.
#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "os/pool.h"

namespace kohaku::store {

// Where the bytes go: called in order, on threads of the pool, never twice at once; may block. It
// owns what it writes to, since its last call may outlast a coroutine that is destroyed.
using Sink = std::function<Result<>(Bytes)>;

// Reads the body to its end. The first failure, the peer's or the sink's, ends it; when this
// returns, no call is under way. Holds at most 2 MiB.
Task<Result<>> receive(http::BodyReader& body, os::Pool& pool, Sink sink);

}  // namespace kohaku::store
