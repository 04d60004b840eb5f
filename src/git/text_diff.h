// The difference of two texts as patches show it. Source: the unified format of POSIX diff(1) -u, with
// git's line for a missing line feed at the end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kohaku::git {

struct TextDiff {
  std::string hunks;     // "@@ -1,3 +1,4 @@\n…", empty when the texts are equal
  bool complete = true;  // false: hunks behind these are left out
};

// Three lines of context. Whole hunks only, as many as fit into `most_bytes`; none of texts with too
// many lines (line_match.h).
TextDiff unified_diff(std::string_view before, std::string_view after, std::size_t most_bytes);

}  // namespace kohaku::git
