// Which refs a push may move, and what that means for the database.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "git/push_request.h"
#include "hub/access.h"
#include "hub/commit_publish.h"
#include "hub/hub.h"
#include "hub/push.h"
#include "hub/push_check.h"

namespace kohaku::hub {

// Why a command is refused whatever the repository holds (its name); empty when it is not.
std::string refuse_command(const git::RefCommand& command);

// One refusal refuses all: "atomic push failed".
void refuse_rest_if_atomic(PushReport& report);

// Compares the commands that `report` does not refuse yet with the refs of this moment, adds the
// refusals it finds to `report`, and gives what moves the others; nothing when there are none. Every
// object is in the repository by now. A branch beside another's folder (`feat`, `feat/x`), a ref that
// is not where the client saw it, and a default branch that would lose commits or go are refused. Only
// the hub's own first commit, before anybody added to it, may be replaced, or deleted by a push that
// brings branches: then `master` is the default branch, or the only one brought
// (docs/decisions/default-branch-of-an-import.md). While the caller has the repository's turn
// (Hub::queues): unavailable when something went that `history` borrows. Blocks.
Result<std::optional<Publication>> plan_refs(Hub& hub, const WritableRepo& repo,
                                             const git::PushRequest& request,
                                             const PushedHistory& history, PushReport& report);

}  // namespace kohaku::hub
