// Which lines two texts have in common: the ground of diffs, merges and blame.
// Source: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace kohaku::git {

using Lines = std::vector<std::string_view>;

// Each with its line feed, which the last one may lack. They point into the text.
Lines split_lines(std::string_view text);

// A line takes some 100 bytes while it is matched, however short it is: texts of more lines are not
// taken apart.
inline constexpr std::size_t most_lines = 300'000;
bool has_too_many_lines(std::string_view text);

// As git tells text from binary: no NUL among the first 8,000 bytes.
bool is_text(std::string_view content);

// `count` lines from `before` on in the one text are those from `after` on in the other. From 0.
struct EqualLines {
  std::size_t before = 0;
  std::size_t after = 0;
  std::size_t count = 0;
  friend bool operator==(const EqualLines&, const EqualLines&) = default;
};

// Ascending in both texts, as long as they can be: between two runs something differs. As many lines as
// possible; texts too far apart for that are matched at their beginnings and ends only, which bounds the
// work (a few tenths of a second).
std::vector<EqualLines> match_lines(const Lines& before, const Lines& after);

}  // namespace kohaku::git
