#include "git/path_log.h"

#include "git/history_fixture.h"

namespace kohaku::git {
namespace {

TEST_F(HistoryTest, LogOfAPathIsThatOfGit) {
  const auto repository = make_history(60);
  const auto start = head();
  int not_empty = 0;
  for (const std::string path : {"a", "a/b", "c", "0", "1", "a/2", "a/b/3", "c/4", "none"}) {
    const auto logged = *log_path(*repository, start, path, 0, 1000, 1000);
    std::string ours;
    for (const auto& commit : logged.commits) ours += commit.id.hex() + "\n";
    if (!ours.empty()) ours.pop_back();
    EXPECT_EQ(ours, git(work(), {"log", "--format=%H", "HEAD", "--", path})) << path;
    EXPECT_TRUE(logged.complete);
    if (logged.commits.size() > 2) ++not_empty;
  }
  EXPECT_GT(not_empty, 3);
}

TEST_F(HistoryTest, LogOfAPathComesInPages) {
  const auto repository = make_history(60);
  const auto all = *log_path(*repository, head(), "a", 0, 1000, 1000);
  const auto page = *log_path(*repository, head(), "a", 2, 3, 1000);
  ASSERT_EQ(page.commits.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(page.commits[i].id, all.commits[i + 2].id);
  EXPECT_FALSE(log_path(*repository, head(), "a", 0, 1000, 5)->complete);
}

}  // namespace
}  // namespace kohaku::git
