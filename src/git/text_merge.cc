#include "git/text_merge.h"

#include <algorithm>
#include <span>
#include <vector>

#include "git/line_match.h"

namespace kohaku::git {
namespace {

using Part = std::span<const std::string_view>;

constexpr auto nowhere = static_cast<std::size_t>(-1);

// For each line of the base where the other text has it.
std::vector<std::size_t> places_in(const Lines& base, const Lines& other) {
  std::vector<std::size_t> places(base.size(), nowhere);
  for (const auto& run : match_lines(base, other)) {
    for (std::size_t i = 0; i < run.count; ++i) places[run.before + i] = run.after + i;
  }
  return places;
}

Part between(const Lines& lines, std::size_t begin, std::size_t end) {
  return Part(lines).subspan(begin, end - begin);
}

bool equal(Part a, Part b) { return std::ranges::equal(a, b); }

// Lines that no text has, so that neither side is taken for what both began with.
void mark(std::string& text, const Part& ours, const Part& theirs) {
  const auto add = [&](const Part& part) {
    for (const auto line : part) text += line;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
  };
  text += "<<<<<<<<< ours\n";
  add(ours);
  text += "=========\n";
  add(theirs);
  text += ">>>>>>>>> theirs\n";
}

// What three versions of a place come to; null when both sides changed it differently.
const Part* choose(const Part& base, const Part& ours, const Part& theirs) {
  if (equal(theirs, base) || equal(ours, theirs)) return &ours;
  return equal(ours, base) ? &theirs : nullptr;
}

}  // namespace

std::optional<std::string> merge_texts(std::string_view base, std::string_view ours,
                                       std::string_view theirs, Clash clash) {
  for (const auto text : {base, ours, theirs}) {
    if (has_too_many_lines(text)) return std::nullopt;
  }
  const auto base_lines = split_lines(base);
  const auto our_lines = split_lines(ours);
  const auto their_lines = split_lines(theirs);
  auto in_ours = places_in(base_lines, our_lines);
  auto in_theirs = places_in(base_lines, their_lines);
  in_ours.push_back(our_lines.size());  // the ends meet like a line that all have
  in_theirs.push_back(their_lines.size());
  std::string merged;
  std::size_t b = 0;
  std::size_t o = 0;
  std::size_t t = 0;
  for (std::size_t i = 0; i <= base_lines.size(); ++i) {
    if (in_ours[i] == nowhere || in_theirs[i] == nowhere) continue;
    const auto our_part = between(our_lines, o, in_ours[i]);
    const auto their_part = between(their_lines, t, in_theirs[i]);
    const auto* part = choose(between(base_lines, b, i), our_part, their_part);
    if (part == nullptr && clash == Clash::fails) return std::nullopt;
    if (part == nullptr) mark(merged, our_part, their_part);
    else
      for (const auto line : *part) merged += line;
    if (i < base_lines.size()) merged += base_lines[i];
    b = i + 1;
    o = in_ours[i] + 1;
    t = in_theirs[i] + 1;
  }
  return merged;
}

}  // namespace kohaku::git
