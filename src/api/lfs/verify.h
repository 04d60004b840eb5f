// After an upload git-lfs asks whether the object is really here.
//
//   POST /{repo}.git/info/lfs/verify   {oid, size}
//
// also without `.git`, and below /models, /datasets, /spaces, /api.
#pragma once

#include "api/endpoint.h"
#include "api/lfs/batch.h"

namespace kohaku::api {

// It is the end of an upload, so for who may write. 404 when this repository does not hold the
// object, 422 when its size is another one.
Result<http::Reply> verify_lfs_object(const hub::WritableRepo& repo,
                                      const Body<LfsBatchObject>& object, hub::Hub& hub);

}  // namespace kohaku::api
