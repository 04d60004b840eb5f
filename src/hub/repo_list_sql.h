// The statements behind lists of repositories: few fixed shapes, so that every connection can keep
// them prepared whatever callers ask for.
#pragma once

#include <string>

#include "hub/repo_list.h"

namespace kohaku::hub {

// Where a list begins to look. A rare tag or an author leads to few rows, which are then sorted;
// anything else follows the index of the sort order.
enum class ListStart { sort_order, author, tag };

// The parameters, in this order:
//   ?1 type  ?2 ?3 sort value and id behind which the page begins  ?4 caller's account or -1
//   ?5 gated (0, 1 or NULL)  ?6 pipeline tag  ?7 library  ?8 sdk  ?9 owner's account
//   ?10 limit  ?11 the tag to start with
//   ?12 … words (LIKE patterns), then tags, then alternative tags; NULL where there are fewer
const std::string& list_sql(RepoSort sort, bool ascending, ListStart start);

// How many rows a tag may have for ListStart::tag to be the better way.
inline constexpr std::int64_t rare_tag_rows = 2000;

}  // namespace kohaku::hub
