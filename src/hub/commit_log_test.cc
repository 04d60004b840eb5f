#include "hub/commit_log.h"

#include "hub/reading_fixture.h"

namespace kohaku::hub {
namespace {

class CommitLogTest : public ReadingTest {
 protected:
  CommitLogTest() : repo_(add_repo(add_account("ada"), "log")) {
    for (int i = 0; i < 11; ++i) {
      ids_.push_back(commit(repo_, {{"f", std::to_string(i)}}, fmt::format("Commit {}", i)));
    }
  }
  Revision head() { return {ids_.back(), "refs/heads/main"}; }
  static std::vector<std::string> titles(const LogPage& page) {
    std::vector<std::string> titles;
    for (const auto& logged : page.commits) titles.emplace_back(logged.commit->title());
    return titles;
  }

  Repo repo_;
  std::vector<Sha1> ids_;
};

TEST_F(CommitLogTest, PagesGiveEveryCommitOnceNewestFirst) {
  for (const std::size_t limit : {1, 3, 10, 11, 50}) {
    LogQuery query{.limit = limit};
    std::vector<Sha1> seen;
    do {
      const auto page = value_of(list_commits(hub(), repo_, head(), query));
      EXPECT_EQ(page.total, 11U);
      for (const auto& logged : page.commits) seen.push_back(logged.id);
      query.cursor = page.next_cursor;
    } while (!query.cursor.empty() && seen.size() < 100);
    EXPECT_EQ(seen, std::vector<Sha1>(ids_.rbegin(), ids_.rend())) << limit;
  }
}

TEST_F(CommitLogTest, PageNumberSkipsWholePages) {
  const auto page = value_of(list_commits(hub(), repo_, head(), {.limit = 4, .page = 2}));
  EXPECT_EQ(titles(page), (std::vector<std::string>{"Commit 2", "Commit 1", "Commit 0"}));
  EXPECT_TRUE(page.next_cursor.empty());
}

TEST_F(CommitLogTest, AfterGoesOnBehindThatCommit) {
  const auto page =
      value_of(list_commits(hub(), repo_, head(), {.limit = 2, .after = ids_[5].hex()}));
  EXPECT_EQ(titles(page), (std::vector<std::string>{"Commit 4", "Commit 3"}));
}

TEST_F(CommitLogTest, CursorGoesOnWhereItBeganThoughTheBranchMoves) {
  const auto first = value_of(list_commits(hub(), repo_, head(), {.limit = 2}));
  ids_.push_back(commit(repo_, {{"f", "new"}}, "Newer"));
  const auto next =
      value_of(list_commits(hub(), repo_, head(), {.limit = 2, .cursor = first.next_cursor}));
  EXPECT_EQ(titles(next), (std::vector<std::string>{"Commit 8", "Commit 7"}));
}

TEST_F(CommitLogTest, ForgedCursorsAreRefused) {
  for (const auto& cursor :
       {std::string("x"), ids_[0].hex(), ids_[0].hex() + "-x", std::string(40, '1') + "-3"}) {
    const auto page = list_commits(hub(), repo_, head(), {.cursor = cursor});
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, Code::bad_request) << cursor;
  }
}

}  // namespace
}  // namespace kohaku::hub
