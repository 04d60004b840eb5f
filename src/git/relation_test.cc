#include "git/relation.h"

#include <algorithm>
#include <sstream>

#include "git/history_fixture.h"

namespace kohaku::git {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST_F(HistoryTest, RelationsAreThoseOfGit) {
  const auto repository = make_history(40);
  const auto commits = lines_of(git(work(), {"log", "--all", "--format=%H"}));
  int with_both = 0;
  for (std::size_t i = 0; i + 1 < commits.size(); i += 3) {
    const auto& base = commits[i];
    const auto& head = commits[(i * 7 + 5) % commits.size()];
    const auto relation = *relate(*repository, *Sha1::from_hex(base), *Sha1::from_hex(head), 1000);
    EXPECT_EQ(std::to_string(relation.behind) + "\t" + std::to_string(relation.ahead),
              git(work(), {"rev-list", "--left-right", "--count", base + "..." + head}));
    const auto bases = lines_of(git(work(), {"merge-base", "--all", base, head}));
    ASSERT_TRUE(relation.merge_base);
    EXPECT_NE(std::ranges::find(bases, relation.merge_base->hex()), bases.end());
    std::string ahead;
    for (const auto& commit : relation.ahead_commits) ahead += commit.id.hex() + "\n";
    if (!ahead.empty()) ahead.pop_back();
    EXPECT_EQ(ahead, git(work(), {"rev-list", base + ".." + head}));
    if (relation.ahead > 0 && relation.behind > 0) ++with_both;
  }
  EXPECT_GT(with_both, 0);
}

TEST_F(HistoryTest, HistoriesOfTheirOwnShareNothing) {
  const auto repository = make_repository();
  auto pack = writer_for(*repository);
  const auto tree = *pack.add(ObjectType::tree, {});
  const auto add = [&](const Commit& commit) {
    return *pack.add(ObjectType::commit, as_bytes(serialize_commit(commit)));
  };
  const auto one = add(commit_of(tree, {}, "one", 100));
  const auto two = add(commit_of(tree, {one}, "two", 200));
  const auto other = add(commit_of(tree, {}, "other", 150));
  ASSERT_TRUE(repository->publish(*pack.finish()));
  const auto apart = *relate(*repository, two, other, 10);
  EXPECT_FALSE(apart.merge_base);
  EXPECT_EQ(apart.ahead, 1U);
  EXPECT_EQ(apart.behind, 2U);
  const auto same = *relate(*repository, two, two, 10);
  EXPECT_EQ(same.merge_base, two);
  EXPECT_EQ(same.ahead + same.behind, 0U);
  const auto cut = *relate(*repository, other, two, 1);
  EXPECT_EQ(cut.ahead, 2U);
  ASSERT_EQ(cut.ahead_commits.size(), 1U);
  EXPECT_EQ(cut.ahead_commits.front().id, two);
}

}  // namespace
}  // namespace kohaku::git
