// A commit through the API: a stream of operations becomes one commit on a branch.
#pragma once

#include <string>

#include "base/digest.h"
#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

// The head of the branch after it: the new commit, or the old one when the operations change nothing
// (a commit with the tree of its parent would only clutter the history).
//
// Without a parent in its header a commit is applied to the tip, in order with the others
// (decision 35); with one, precondition_failed unless the tip is that parent. All or nothing, durable
// when it answers. `body` is the NDJSON of commit_stream.h; memory does not depend on its length.
Task<Result<Sha1>> commit(Hub& hub, WritableRepo repo, std::string revision,
                          http::BodyReader& body);

}  // namespace kohaku::hub
