#include "git/merge_base.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>

#include "git/relation.h"
#include "git/test_git.h"
#include "git/tree_editor.h"
#include "git/tree_merge.h"

namespace kohaku::git {
namespace {

using Files = std::map<std::string, std::string>;

class MergeBaseTest : public GitTest {
 protected:
  MergeBaseTest() : repository_(make_repository()) {}

  Sha1 tree_of(const Files& files, PackWriter& pack) {
    TreeEditor editor(*repository_, std::nullopt);
    for (const auto& [path, content] : files) {
      const auto blob = *pack.add(ObjectType::blob, as_bytes(content));
      EXPECT_TRUE(editor.put(*RepoPath::parse(path), mode_file, blob));
    }
    return *editor.write(pack);
  }

  Sha1 commit(const Sha1& tree, std::vector<Sha1> parents, PackWriter pack) {
    seconds_ += 60;
    const auto text = serialize_commit(commit_of(tree, std::move(parents), "A commit", seconds_));
    const auto id = *pack.add(ObjectType::commit, as_bytes(text));
    EXPECT_TRUE(repository_->publish(*pack.finish()));
    return id;
  }
  Sha1 commit(const Files& files, std::vector<Sha1> parents) {
    auto pack = writer_for(*repository_);
    const auto tree = tree_of(files, pack);
    return commit(tree, std::move(parents), std::move(pack));
  }
  Sha1 commit(const Sha1& tree, std::vector<Sha1> parents) {
    return commit(tree, std::move(parents), writer_for(*repository_));
  }
  Sha1 tree_of(const Sha1& commit) { return (*repository_->commit(commit))->tree; }

  MergedTree merge(const Sha1& ours, const Sha1& theirs) {
    const auto staging = repository_->directory() / "staging";
    auto pack = writer_for(*repository_);
    MergedTree merged;
    {
      const auto base = MergeBase::find(repository_, staging, ours, theirs);
      EXPECT_TRUE(base && *base) << (base ? "" : base.error().detail);
      auto made = merge_trees((*base)->objects(), (*base)->tree(), tree_of(ours), tree_of(theirs),
                              Favour::neither, pack);
      EXPECT_TRUE(made) << (made ? "" : made.error().detail);
      merged = std::move(*made);
    }
    if (merged.conflicts.empty() && pack.count() > 0) {
      EXPECT_TRUE(repository_->publish(*pack.finish()));
    }
    return merged;
  }

  // What git makes of it; nothing when it sees a conflict.
  std::optional<Sha1> merge_by_git(const Sha1& ours, const Sha1& theirs) {
    const auto result =
        try_git(repository_->directory(), {"-c", "merge.renames=false", "merge-tree",
                                           "--write-tree", ours.hex(), theirs.hex()});
    EXPECT_LE(result.exit_status, 1) << result.errors;
    if (result.exit_status != 0) return std::nullopt;
    return Sha1::from_hex(std::string_view(result.output).substr(0, Sha1::size * 2));
  }

  std::shared_ptr<Repository> repository_;
  std::int64_t seconds_ = 1'700'000'000;
};

// Changes as people make them, at one place of one file.
void change(Files& files, std::mt19937& chance) {
  const auto pick = [&](std::size_t count) { return chance() % count; };
  const std::string names[] = {"a", "b", "d/c", "d/e"};
  auto& text = files[names[pick(4)]];
  std::vector<std::string> lines;
  for (auto rest = std::string_view(text); !rest.empty();) {
    const auto end = rest.find('\n') + 1;
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  const auto line = fmt::format("word {}\n", pick(5));
  const auto place = static_cast<std::ptrdiff_t>(pick(lines.size() + 1));
  if (place == std::ssize(lines) || pick(4) == 0) lines.insert(lines.begin() + place, line);
  else if (pick(4) == 0) lines.erase(lines.begin() + place);
  else lines[static_cast<std::size_t>(place)] = line;
  text.clear();
  for (const auto& each : lines) text += each;
  if (pick(12) == 0) files.erase(names[pick(4)]);
}

Files first_files() {
  Files files;
  for (const auto* name : {"a", "b", "d/c"}) {
    for (int i = 0; i < 12; ++i) files[name] += fmt::format("{} line {}\n", name, i);
  }
  return files;
}

TEST_F(MergeBaseTest, AfterMergesBothWaysWhatBothTookCountsAsTheBase) {
  const auto lines = [](std::string_view first, std::string_view last) {
    return Files{{"text", fmt::format("{}\n1\n2\n3\n4\n5\n{}\n", first, last)}};
  };
  const auto root = commit(lines("a", "z"), {});
  const auto one = commit(lines("A", "z"), {root});
  const auto two = commit(lines("a", "Z"), {root});
  const auto ours = commit(lines("A", "Z"), {one, two});
  const auto theirs = commit(lines("A", "Z"), {two, one});
  EXPECT_EQ(2U, merge_bases(*repository_, {ours}, theirs)->size());
  // One side takes the first change back, the other the second: against either ancestor alone one of
  // the two would be lost.
  const auto merged = merge(commit(lines("a", "Z"), {ours}), commit(lines("A", "z"), {theirs}));
  EXPECT_TRUE(merged.conflicts.empty());
  auto pack = writer_for(*repository_);
  EXPECT_EQ(tree_of(lines("a", "z"), pack), merged.tree);
  EXPECT_TRUE(os::list(repository_->directory() / "staging")->size() <= 1) << "only `pack`";
}

TEST_F(MergeBaseTest, CrissCrossHistoriesMergeAsGitMergesThem) {
  int clean = 0;
  int conflicts = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 chance(seed);
    auto left_files = first_files();
    auto right_files = left_files;
    auto left = commit(left_files, {});
    auto right = left;
    for (int round = 0; round < 3; ++round) {
      change(left_files, chance);
      change(right_files, chance);
      left = commit(left_files, {left});
      right = commit(right_files, {right});
      // Crossed merges whose authors settled everything in favour of their own side.
      const auto crossed = commit(tree_of(left), {left, right});
      right = commit(tree_of(right), {right, left});
      left = crossed;
    }
    ASSERT_EQ(2U, merge_bases(*repository_, {left}, right)->size());
    const auto wanted = merge_by_git(left, right);
    const auto merged = merge(left, right);
    (wanted ? clean : conflicts) += 1;
    EXPECT_EQ(wanted.has_value(), merged.conflicts.empty()) << "seed " << seed;
    if (wanted && merged.conflicts.empty()) EXPECT_EQ(*wanted, merged.tree) << "seed " << seed;
  }
  EXPECT_GT(clean, 5);
  EXPECT_GT(conflicts, 5);
}

TEST_F(MergeBaseTest, HistoriesOfTheirOwnHaveNone) {
  const auto base = MergeBase::find(repository_, repository_->directory() / "staging",
                                    commit(first_files(), {}), commit(Files{{"x", "1"}}, {}));
  ASSERT_TRUE(base);
  EXPECT_FALSE(*base);
}

}  // namespace
}  // namespace kohaku::git
