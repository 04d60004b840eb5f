// Two changes to one text put together (diff3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kohaku::git {

// What stands in a merged text where two sides do not fit together.
enum class Clash { fails, both_with_markers };

// Nothing where both sides changed the same lines, or lines that touch, in different
// ways, unless markers are asked for, and where one has too many lines (line_match.h).
std::optional<std::string> merge_texts(std::string_view base, std::string_view ours,
                                       std::string_view theirs, Clash clash = Clash::fails);

}  // namespace kohaku::git
