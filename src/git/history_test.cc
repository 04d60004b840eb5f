#include "git/history.h"

#include <algorithm>
#include <random>
#include <sstream>

#include "git/history_fixture.h"
#include "git/tree_editor.h"

namespace kohaku::git {
namespace {

TEST_F(HistoryTest, LogIsThatOfGit) {
  const auto repository = make_history(40);
  const auto start = head();
  std::string ours;
  for (const auto& commit : *log(*repository, start, 0, 1000)) ours += commit.id.hex() + "\n";
  EXPECT_EQ(ours, git(work(), {"log", "--format=%H"}) + "\n");

  std::string page;
  for (const auto& commit : *log(*repository, start, 7, 5)) {
    page += commit.id.hex() + " " + std::string(commit.commit->title()) + "\n";
  }
  EXPECT_EQ(page, git(work(), {"log", "--format=%H %s", "--skip=7", "-5"}) + "\n");
  EXPECT_TRUE(log(*repository, start, 1000, 5)->empty());
  EXPECT_FALSE(log(*repository, sha1(as_bytes("none")), 0, 5));
}

TEST_F(HistoryTest, CountsCommitsOnce) {
  const auto repository = make_history(30);
  std::istringstream commits(git(work(), {"rev-list", "--reverse", "HEAD"}));
  for (std::string id; commits >> id;) {
    EXPECT_EQ(std::to_string(*count_commits(*repository, *Sha1::from_hex(id))),
              git(work(), {"rev-list", "--count", id}));
  }
  EXPECT_EQ(std::to_string(*count_commits(*repository, head())),
            git(work(), {"rev-list", "--count", "HEAD"}));
}

TEST_F(HistoryTest, KnowsAncestors) {
  const auto repository = make_history(20);
  std::istringstream text(git(work(), {"rev-list", "--all"}));
  std::vector<std::string> ids;
  for (std::string id; text >> id;) ids.push_back(id);
  for (std::size_t i = 0; i < ids.size(); i += 3) {
    for (std::size_t k = 0; k < ids.size(); k += 4) {
      const bool theirs =
          try_git(work(), {"merge-base", "--is-ancestor", ids[i], ids[k]}).exit_status == 0;
      EXPECT_EQ(*is_ancestor(*repository, *Sha1::from_hex(ids[i]), *Sha1::from_hex(ids[k])),
                theirs);
    }
  }
}

TEST_F(HistoryTest, LastCommitsAreThoseOfGit) {
  const auto repository = make_history(40);
  for (const std::string folder : {"", "a", "a/b", "c"}) {
    const auto last = *last_commits(*repository, head(), folder, 1000);
    std::istringstream names(git(work(), {"ls-tree", "--name-only", "HEAD:" + folder}));
    std::size_t count = 0;
    for (std::string name; names >> name; ++count) {
      const auto path = folder.empty() ? name : folder + "/" + name;
      ASSERT_TRUE(last.contains(name)) << path;
      EXPECT_EQ(last.find(name)->second.hex(),
                git(work(), {"log", "-1", "--first-parent", "--format=%H", "--", path}))
          << path;
    }
    EXPECT_EQ(last.size(), count);
    EXPECT_GT(count, 1U);
  }
  EXPECT_TRUE(last_commits(*repository, head(), "no/such/folder", 1000)->empty());
}

TEST_F(HistoryTest, LastCommitsWalkNoFurtherThanAllowed) {
  const auto repository = make_history(40);
  const auto all = *last_commits(*repository, head(), "", 1000);
  const auto third = git_id(work(), {"rev-parse", "HEAD~2"});
  const auto few = *last_commits(*repository, head(), "", 3);
  ASSERT_EQ(few.size(), all.size());
  std::size_t cut = 0;
  for (const auto& [name, commit] : few) {
    if (commit == all.find(name)->second) continue;
    EXPECT_EQ(commit, third) << name;
    ++cut;
  }
  EXPECT_GT(cut, 0U);
}

}  // namespace
}  // namespace kohaku::git
