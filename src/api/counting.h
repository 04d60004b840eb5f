// How a caller wants downloads counted:
//   ?policy=hub|huggingface|requests   by whose rule; default hub
//   &ci=include|exclude                continuous integration; default include
//   &bots=include|exclude              robots; default include
#pragma once

#include "api/call.h"
#include "base/result.h"
#include "stats/day.h"

namespace kohaku::api {

// bad_request for other words.
Result<stats::Counting> counting_of(const Call& call);

}  // namespace kohaku::api
