// Merging one branch into another.
//
//   POST /api/{type}s/{repo}/merge/{source}/into/{dest}   also without /api
//        {message?, strategy? (dest-wins | source-wins), squash_merge?, allow_empty?, force?}
//
// {"success","message","result":{"reference"}}: the head of dest afterwards. 409 with
// `conflicts` when both changed the same place and no strategy says who wins; 409 also when the two
// have no commit in common, unless forced. Of several merge bases a common one is made, as git does. Renames
// are not followed: what one side moved and the other changed is a conflict at the old path.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> merge_branch(hub::WritableRepo repo, Call& call);

}  // namespace kohaku::api
