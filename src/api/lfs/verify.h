// After an upload git-lfs asks whether the object is really here.
//
//   POST /{repo}.git/info/lfs/verify   {oid, size}
//
// also without `.git`, and below /models, /datasets, /spaces, /api.
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "api/lfs/batch.h"
#include "base/task.h"

namespace kohaku::api {

// For who may write: it is the end of an upload. 404 when this repository does not hold the object, 422 when its size is another one.
Task<Result<http::Reply>> verify_lfs_object(hub::Anyone anyone, Body<LfsBatchObject> body,
                                            Call& call);

}  // namespace kohaku::api
