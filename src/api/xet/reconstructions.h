// How to put a file together from xorbs, with links to their bytes.
//
//   GET {cas}/v2/reconstructions/{file}
//   GET {cas}/v1/reconstructions/{file}    the older shape of the same
//
// and below /xet, the one address that `resolve` names to everybody.
//
// With a Range, just what that part of the file needs; 416 beyond its end.
#pragma once

#include "api/call.h"
#include "base/task.h"
#include "hub/xet_access.h"

namespace kohaku::api {

Task<Result<http::Reply>> reconstruct(hub::XetReader reader, Call& call);
Task<Result<http::Reply>> reconstruct_v1(hub::XetReader reader, Call& call);

}  // namespace kohaku::api
