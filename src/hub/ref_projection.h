// The refs of a repository as git programs find them: packed-refs and HEAD in its directory, a
// projection of the database.
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "hub/hub.h"

namespace kohaku::hub {

// Writes them anew unless they are those of this moment or of a later one: the file `refs-stamp` says
// which version of the refs they show. Before every start of a git program that reads refs. Blocks.
Result<> project_current_refs(Hub& hub, RepoId repo);

}  // namespace kohaku::hub
