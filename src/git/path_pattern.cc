// The patterns that .gitattributes and .gitignore have in common (parse_path_pattern, match_basename
// and match_pathname of git's dir.c).
#include "git/attributes.h"

namespace kohaku::git {
namespace {

constexpr std::string_view pattern_characters = "*?[\\";

// What is left of a pattern when marks that are not matched are taken off.
struct Marks {
  std::string_view pattern;
  bool folders_only = false;
  bool whole_path = false;
};

Marks read_marks(std::string_view text) {
  Marks marks{.pattern = text};
  if (text.ends_with('/')) {
    marks.folders_only = true;
    marks.pattern.remove_suffix(1);
  }
  marks.whole_path = marks.pattern.find('/') != text.npos;
  if (marks.whole_path && marks.pattern.starts_with('/')) marks.pattern.remove_prefix(1);
  return marks;
}

std::string_view literal_prefix(std::string_view pattern) {
  return pattern.substr(0, pattern.find_first_of(pattern_characters));
}

std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

// Git compares the literal beginning by itself and gives only the rest to wildmatch, so that a `**`
// behind it counts as standing at the beginning.
PathPattern::PathPattern(std::string_view text)
    : folders_only_(read_marks(text).folders_only),
      whole_path_(read_marks(text).whole_path),
      prefix_(literal_prefix(read_marks(text).pattern)),
      rest_(read_marks(text).pattern.substr(prefix_.size())) {
  if (prefix_.size() == read_marks(text).pattern.size()) literal_ = prefix_;
}

bool PathPattern::matches(std::string_view path, bool is_folder, std::size_t& budget) const {
  if (budget == 0) return false;
  --budget;
  if (folders_only_ && !is_folder) return false;
  const auto text = whole_path_ ? path : last_segment(path);
  if (literal_) return text == *literal_;
  return text.starts_with(prefix_) && rest_.matches(text.substr(prefix_.size()), budget);
}

}  // namespace kohaku::git
