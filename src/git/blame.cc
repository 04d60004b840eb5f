#include "git/blame.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "git/commit_queue.h"
#include "git/line_match.h"

namespace kohaku::git {
namespace {

// Lines of the file as it is now, and where they stand in the version of the commit that is suspected
// of them. From 0.
struct Span {
  std::size_t now = 0;
  std::size_t there = 0;
  std::size_t count = 0;
};
using Spans = std::vector<Span>;

// Hands the lines that a parent has, too, over to it; the rest stays.
Spans hand_over(Spans& spans, const std::vector<EqualLines>& runs) {
  Spans given;
  Spans kept;
  for (auto span : spans) {
    const auto end_of = [](const EqualLines& run) { return run.after + run.count; };
    auto run = std::ranges::upper_bound(runs, span.there, {}, end_of);
    while (span.count > 0) {
      const auto begin = run == runs.end() ? span.there + span.count : run->after;
      const bool is_shared = begin <= span.there;
      const auto end = is_shared ? end_of(*run) : begin;
      const auto count = std::min(end - span.there, span.count);
      if (is_shared) given.push_back({span.now, run->before + span.there - begin, count});
      else kept.push_back({span.now, span.there, count});
      span = {span.now + count, span.there + count, span.count - count};
      if (is_shared) ++run;
    }
  }
  spans = std::move(kept);
  return given;
}

class Blamer {
 public:
  Blamer(const Repository& repository, std::string_view path, const BlameLimits& limits)
      : repository_(repository), path_(path), limits_(limits), queue_(repository) {}

  Result<Blame> run(const Sha1& start) {
    const auto entry = TRY(file_in(TRY(repository_.commit(start))->tree));
    if (!entry) {
      return fail(Code::entry_not_found, "There is no file '" + std::string(path_) + "'.");
    }
    const auto text = TRY(repository_.read(entry->id, ObjectType::blob, limits_.file_bytes));
    if (!is_text(text)) return fail(Code::unprocessable, "Only a text has lines to be blamed for.");
    if (has_too_many_lines(text)) {
      return fail(Code::payload_too_large,
                  "The file has too many lines to be looked at one by one.");
    }
    const auto lines = split_lines(text).size();
    if (lines > 0) TRY(suspect(start, {{0, 0, lines}}));
    while (auto logged = queue_.next()) TRY(examine(*logged));
    std::ranges::sort(blame_.lines, {}, &BlamedLines::first);
    return std::move(blame_);
  }

 private:
  // A link or a submodule is no file of lines.
  Result<std::optional<TreeEntry>> file_in(const Sha1& tree) {
    auto entry = TRY(repository_.find(tree, path_));
    if (entry && entry->mode != mode_file && entry->mode != mode_executable) entry.reset();
    return entry;
  }

  Result<> suspect(const Sha1& commit, Spans spans) {
    auto& all = suspects_[commit];
    if (all.empty()) TRY(queue_.add(commit));
    all.insert(all.end(), spans.begin(), spans.end());
    return {};
  }

  Result<> examine(const LoggedCommit& logged) {
    auto spans = std::move(suspects_[logged.id]);
    suspects_.erase(logged.id);
    if (++examined_ > limits_.commits) {
      blame_.complete = false;
    } else {
      TRY(ask_parents(*logged.commit, spans));
    }
    for (const auto& span : spans) {
      blame_.lines.push_back({span.now + 1, span.count, span.there + 1, logged.id});
    }
    return {};
  }

  struct Parent {
    Sha1 commit;
    Sha1 blob;
  };

  Result<> ask_parents(const Commit& commit, Spans& spans) {
    const auto entry = TRY(file_in(commit.tree));
    if (!entry) return fail_internal("a suspected commit lost its file");
    std::vector<Parent> parents;
    for (const auto& parent : commit.parents) {
      const auto there = TRY(file_in(TRY(repository_.commit(parent))->tree));
      if (!there) continue;
      if (there->id == entry->id) return suspect(parent, std::exchange(spans, {}));
      parents.push_back({parent, there->id});
    }
    if (parents.empty()) return {};
    const auto text = TRY(read(entry->id));
    const auto lines = split_lines(text);
    for (const auto& parent : parents) {
      if (spans.empty()) break;
      const auto before = TRY(read(parent.blob));
      auto given = hand_over(spans, match_lines(split_lines(before), lines));
      if (!given.empty()) TRY(suspect(parent.commit, std::move(given)));
    }
    return {};
  }

  // "" for a version that cannot be looked at.
  Result<std::string> read(const Sha1& blob) {
    const auto size = TRY(repository_.header(blob)).size;
    read_bytes_ += size;
    if (size > limits_.file_bytes || read_bytes_ > limits_.read_bytes) {
      blame_.complete = false;
      return std::string();
    }
    auto text = TRY(repository_.read(blob, ObjectType::blob, limits_.file_bytes));
    if (has_too_many_lines(text)) {
      blame_.complete = false;
      text.clear();
    }
    return text;
  }

  const Repository& repository_;
  std::string_view path_;
  const BlameLimits& limits_;
  CommitQueue queue_;
  std::map<Sha1, Spans> suspects_;
  Blame blame_;
  std::size_t examined_ = 0;
  std::uint64_t read_bytes_ = 0;
};

// Neighbours of one commit that stand together there, too, are one range.
void join_neighbours(std::vector<BlamedLines>& lines) {
  std::vector<BlamedLines> joined;
  for (const auto& next : lines) {
    if (!joined.empty()) {
      auto& last = joined.back();
      if (last.commit == next.commit && last.first + last.count == next.first &&
          last.original_first + last.count == next.original_first) {
        last.count += next.count;
        continue;
      }
    }
    joined.push_back(next);
  }
  lines = std::move(joined);
}

}  // namespace

Result<Blame> blame(const Repository& repository, const Sha1& start, std::string_view path,
                    const BlameLimits& limits) {
  auto result = TRY(Blamer(repository, path, limits).run(start));
  join_neighbours(result.lines);
  return result;
}

}  // namespace kohaku::git
