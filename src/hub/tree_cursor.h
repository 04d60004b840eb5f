// Where a page of a tree listing ended: the commit that is listed and the last path given.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace kohaku::hub {

struct TreeCursor {
  Sha1 commit;
  std::string path;
};

// Letters, digits, `-` and `_` only.
std::string write_cursor(const TreeCursor& cursor);
std::optional<TreeCursor> parse_tree_cursor(std::string_view text);

}  // namespace kohaku::hub
