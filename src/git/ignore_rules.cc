#include "git/attributes.h"

#include <algorithm>

namespace kohaku::git {
namespace {

// Spaces at the end do not count unless a backslash stands before them.
std::string_view without_trailing_spaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') continue;
    if (line[i] == '\\' && i + 1 < line.size()) ++i;
    end = i + 1;
  }
  return line.substr(0, end);
}

}  // namespace

IgnoreRules IgnoreRules::parse(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  IgnoreRules result;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    line = without_trailing_spaces(line);
    const bool negated = line.starts_with('!');
    if (negated) line.remove_prefix(1);
    if (!line.empty()) result.rules_.push_back({.pattern = PathPattern(line), .negated = negated});
  }
  return result;
}

bool IgnoreRules::matches(std::string_view path, bool is_folder, std::size_t& budget) const {
  const auto last = std::find_if(rules_.rbegin(), rules_.rend(), [&](const Rule& rule) {
    return rule.pattern.matches(path, is_folder, budget);
  });
  return last != rules_.rend() && !last->negated;
}

bool IgnoreRules::ignores(std::string_view path) const {
  auto budget = pattern_budget;
  // Inside an ignored folder nothing can be taken back.
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    if (matches(path.substr(0, slash), true, budget)) return true;
  }
  return matches(path, false, budget);
}

}  // namespace kohaku::git
