#include "git/line_match.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <unordered_map>

namespace kohaku::git {
namespace {

// Beyond these the middle of two texts counts as rewritten.
constexpr int most_differences = 2000;
constexpr std::uint64_t most_steps = 40'000'000;

using Words = std::vector<int>;  // lines by number: equal lines have one

struct Numbered {
  Words before;
  Words after;
};

Numbered number_lines(const Lines& before, const Lines& after) {
  std::unordered_map<std::string_view, int> numbers;
  const auto number = [&](const Lines& lines) {
    Words words;
    words.reserve(lines.size());
    for (const auto line : lines) {
      words.push_back(numbers.try_emplace(line, static_cast<int>(numbers.size())).first->second);
    }
    return words;
  };
  Numbered numbered;
  numbered.before = number(before);
  numbered.after = number(after);
  return numbered;
}

// Lines of a text that stand somewhere in the other, and where they stand in their own.
struct Shared {
  Words words;
  std::vector<std::size_t> places;
};

Shared shared_lines(const Words& words, std::size_t begin, std::size_t end,
                    const std::vector<bool>& is_in_other) {
  Shared shared;
  for (auto i = begin; i < end; ++i) {
    if (!is_in_other[static_cast<std::size_t>(words[i])]) continue;
    shared.words.push_back(words[i]);
    shared.places.push_back(i);
  }
  return shared;
}

// The shortest way from one sequence to the other. A point is (x, y) on the diagonal k = x - y; after
// d edits furthest_[k] is the largest x that can be reached.
class ShortestEdit {
 public:
  ShortestEdit(const Words& before, const Words& after)
      : before_(before),
        after_(after),
        width_(static_cast<int>(before.size())),
        height_(static_cast<int>(after.size())) {}

  // Runs of equal words, last first. Nothing when the two are too far apart.
  std::optional<std::vector<EqualLines>> find() {
    for (int edits = 0; edits <= most_differences; ++edits) {
      trace_.emplace_back(static_cast<std::size_t>(edits) + 1, -1);
      for (int k = -edits; k <= edits; k += 2) {
        int x = start_of(edits, k);
        if (x < 0) continue;
        x = follow_equal(x, k);
        furthest(edits, k) = x;
        if (x == width_ && x - k == height_) return walk_back(edits, k);
      }
      if (steps_ > most_steps) return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  int& furthest(int edits, int k) {
    return trace_[static_cast<std::size_t>(edits)][static_cast<std::size_t>((k + edits) / 2)];
  }

  int reached(int edits, int k) { return k < -edits || k > edits ? -1 : furthest(edits, k); }

  // From the diagonal on the left by leaving out a word, else -1.
  int by_removal(int edits, int k) {
    const int x = reached(edits - 1, k - 1);
    return x >= 0 && x < width_ ? x + 1 : -1;
  }
  // From the diagonal on the right by taking in a word, else -1.
  int by_addition(int edits, int k) {
    const int x = reached(edits - 1, k + 1);
    return x >= 0 && x - k <= height_ ? x : -1;
  }

  int start_of(int edits, int k) {
    ++steps_;
    if (edits == 0) return 0;
    return std::max(by_removal(edits, k), by_addition(edits, k));
  }

  int follow_equal(int x, int k) {
    const int from = x;
    while (x < width_ && x - k < height_ &&
           before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(x - k)]) {
      ++x;
    }
    steps_ += static_cast<std::uint64_t>(x - from);
    return x;
  }

  std::vector<EqualLines> walk_back(int edits, int k) {
    std::vector<EqualLines> runs;
    while (true) {
      const int start = start_of(edits, k);
      const int end = furthest(edits, k);
      if (end > start) {
        runs.push_back({static_cast<std::size_t>(start), static_cast<std::size_t>(start - k),
                        static_cast<std::size_t>(end - start)});
      }
      if (edits == 0) return runs;
      k += by_removal(edits, k) == start ? -1 : 1;
      --edits;
    }
  }

  const Words& before_;
  const Words& after_;
  int width_;
  int height_;
  std::uint64_t steps_ = 0;
  std::vector<std::vector<int>> trace_;  // furthest x for each number of edits
};

void append(std::vector<EqualLines>& runs, const EqualLines& run) {
  if (run.count == 0) return;
  if (!runs.empty()) {
    auto& last = runs.back();
    if (last.before + last.count == run.before && last.after + last.count == run.after) {
      last.count += run.count;
      return;
    }
  }
  runs.push_back(run);
}

// What stands between the common beginning and the common end.
void match_middle(const Numbered& lines, std::size_t begin, std::size_t before_end,
                  std::size_t after_end, std::vector<EqualLines>& runs) {
  // Lines that the other text does not have are certain to differ: without them the search is short.
  const auto numbers = lines.before.size() + lines.after.size();
  std::vector<bool> in_before(numbers);
  std::vector<bool> in_after(numbers);
  for (auto i = begin; i < before_end; ++i)
    in_before[static_cast<std::size_t>(lines.before[i])] = true;
  for (auto i = begin; i < after_end; ++i)
    in_after[static_cast<std::size_t>(lines.after[i])] = true;
  const auto before = shared_lines(lines.before, begin, before_end, in_after);
  const auto after = shared_lines(lines.after, begin, after_end, in_before);
  auto found = ShortestEdit(before.words, after.words).find();
  if (!found) return;
  std::ranges::reverse(*found);
  for (const auto& run : *found) {
    for (std::size_t i = 0; i < run.count; ++i) {
      append(runs, {before.places[run.before + i], after.places[run.after + i], 1});
    }
  }
}

}  // namespace

Lines split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

bool has_too_many_lines(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n')) > most_lines;
}

bool is_text(std::string_view content) {
  return content.substr(0, 8000).find('\0') == std::string_view::npos;
}

std::vector<EqualLines> match_lines(const Lines& before, const Lines& after) {
  const auto lines = number_lines(before, after);
  const auto shorter = std::min(before.size(), after.size());
  std::size_t same_begin = 0;
  while (same_begin < shorter && lines.before[same_begin] == lines.after[same_begin]) ++same_begin;
  std::size_t same_end = 0;
  while (same_end < shorter - same_begin &&
         lines.before[before.size() - 1 - same_end] == lines.after[after.size() - 1 - same_end]) {
    ++same_end;
  }
  std::vector<EqualLines> runs;
  append(runs, {0, 0, same_begin});
  match_middle(lines, same_begin, before.size() - same_end, after.size() - same_end, runs);
  append(runs, {before.size() - same_end, after.size() - same_end, same_end});
  return runs;
}

}  // namespace kohaku::git
