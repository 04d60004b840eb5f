#include "git/text_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "git/line_match.h"

namespace kohaku::git {
namespace {

constexpr std::size_t context = 3;

// Lines that differ: those of the one text stand for those of the other.
struct Difference {
  std::size_t before = 0, before_end = 0;
  std::size_t after = 0, after_end = 0;
};

std::vector<Difference> find_differences(const Lines& before, const Lines& after) {
  std::vector<Difference> differences;
  std::size_t b = 0;
  std::size_t a = 0;
  auto runs = match_lines(before, after);
  runs.push_back({before.size(), after.size(), 0});
  for (const auto& run : runs) {
    if (run.before > b || run.after > a) differences.push_back({b, run.before, a, run.after});
    b = run.before + run.count;
    a = run.after + run.count;
  }
  return differences;
}

// "3,2"; one line needs no count, and none is counted from the line above.
std::string range(std::size_t begin, std::size_t end) {
  const auto count = end - begin;
  if (count == 1) return fmt::format("{}", begin + 1);
  return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

class HunkWriter {
 public:
  HunkWriter(const Lines& before, const Lines& after) : before_(before), after_(after) {}

  // One hunk out of differences whose context overlaps.
  std::string write(const Difference* first, const Difference* last) {
    const auto above = std::min(context, first->before);
    const auto below = std::min(context, before_.size() - last->before_end);
    hunk_ = fmt::format("@@ -{} +{} @@\n", range(first->before - above, last->before_end + below),
                        range(first->after - above, last->after_end + below));
    auto position = first->before - above;
    for (const auto* difference = first; difference <= last; ++difference) {
      add(' ', before_, position, difference->before);
      add('-', before_, difference->before, difference->before_end);
      add('+', after_, difference->after, difference->after_end);
      position = difference->before_end;
    }
    add(' ', before_, position, position + below);
    return std::move(hunk_);
  }

 private:
  void add(char sign, const Lines& lines, std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      hunk_ += sign;
      hunk_ += lines[i];
      if (!lines[i].ends_with('\n')) hunk_ += "\n\\ No newline at end of file\n";
    }
  }

  const Lines& before_;
  const Lines& after_;
  std::string hunk_;
};

}  // namespace

TextDiff unified_diff(std::string_view before, std::string_view after, std::size_t most_bytes) {
  if (has_too_many_lines(before) || has_too_many_lines(after)) return {.complete = before == after};
  const auto before_lines = split_lines(before);
  const auto after_lines = split_lines(after);
  const auto differences = find_differences(before_lines, after_lines);
  TextDiff diff;
  HunkWriter writer(before_lines, after_lines);
  for (std::size_t first = 0; first < differences.size();) {
    auto last = first;
    while (last + 1 < differences.size() &&
           differences[last + 1].before - differences[last].before_end <= 2 * context) {
      ++last;
    }
    const auto hunk = writer.write(&differences[first], &differences[last]);
    if (diff.hunks.size() + hunk.size() > most_bytes) {
      diff.complete = false;
      break;
    }
    diff.hunks += hunk;
    first = last + 1;
  }
  return diff;
}

}  // namespace kohaku::git
