// The statements behind lists of repositories: few fixed shapes, so that every connection can keep
// them prepared whatever callers ask for.
#pragma once

#include <string>

#include "hub/repo_list.h"

namespace kohaku::hub {

// Where a list begins to look. A rare tag or an author leads to few rows, which are then sorted;
// anything else follows the index of the sort order.
enum class ListStart { sort_order, author, tag };

// Which rows of the sort order a statement gives. Repositories of one sort value are told apart by
// their id, and SQLite cannot begin inside such a group unless it is asked for by itself.
enum class ListPart {
  behind,   // whatever follows ?2 ?3; for lists that are sorted after they are found
  equal,    // of the sort value ?2, behind the id ?3, as far as the id ?13
  between,  // of the sort values behind ?2 and before ?12
};

// The parameters, in this order:
//   ?1 type  ?2 ?3 sort value and id of the row before  ?4 caller's account or -1
//   ?5 gated (0, 1 or NULL)  ?6 pipeline tag  ?7 library  ?8 sdk  ?9 owner's account
//   ?10 limit  ?11 the tag to start with  ?12 ?13 sort value and id where it ends
//   ?14 … words (LIKE patterns), then tags, then alternative tags; NULL where there are fewer
const std::string& list_sql(RepoSort sort, bool ascending, ListStart start, ListPart part);

// The sort value and id of the row that ?4 rows of the part precede; ?1 ?2 ?3 as above. The part is
// `equal` or `between`, without an end.
const std::string& list_end_sql(RepoSort sort, bool ascending, ListPart part);

// How many rows a tag may have for ListStart::tag to be the better way.
inline constexpr std::int64_t rare_tag_rows = 2000;

}  // namespace kohaku::hub
