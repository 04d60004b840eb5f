// Lists of repositories.
//
//   GET /api/{type}s   what the caller may see, as a JSON array; next pages by `Link`
//
// Query: search, author, filter (repeated or with commas; all must hold), pipeline_tag, library, sdk,
// gated, apps, num_parameters (min:6B,max:128B), inference, inference_provider, trained datasets and
// models (`datasets`, `models`), sort, direction, limit (100; at most 1,000, or 100 with siblings),
// cursor, full, cardData, config, expand.
#pragma once

#include "api/call.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

Result<http::Reply> list_repositories(const hub::Anyone& anyone, Call& call);

}  // namespace kohaku::api
