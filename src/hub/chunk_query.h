// The global question: is this chunk here? (decision 32). Answered with what the caller may read, and
// with the neighbours of the chunk, since a client asks about one chunk in a thousand.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "hub/hub.h"
#include "hub/xet_access.h"
#include "xet/hash.h"

namespace kohaku::hub {

// A shard that lists the xorb with the chunk, and others of a file that consists of it; its chunk
// hashes are keyed anew each time, so that it tells of no chunk that the client does not have. All of
// them are registered for the casUrl before they are named. not_found for a chunk that is not here
// and for one that is not the caller's to know of, alike.
Task<Result<std::string>> find_chunk(Hub& hub, XetReader reader, xet::Hash chunk);

}  // namespace kohaku::hub
