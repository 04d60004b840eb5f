// Branches, tags and squashing.
#include "hub/branches.h"
#include "hub/commit_fixture.h"
#include "hub/squash.h"
#include "hub/tags.h"

namespace kohaku::hub {
namespace {

class RefsTest : public CommitTest {
 protected:
  Result<> branch(NewBranch wanted) {
    return run_task(create_branch(hub(), writable(), std::move(wanted)));
  }
  Result<> unbranch(const std::string& name) {
    return run_task(delete_branch(hub(), writable(), name));
  }
  Result<> tag(NewTag wanted) { return run_task(create_tag(hub(), writable(), std::move(wanted))); }
  Result<> untag(const std::string& name) { return run_task(delete_tag(hub(), writable(), name)); }
};

void expect_failure(const Result<>& result, Code code, const std::string& says) {
  ASSERT_FALSE(result) << says;
  EXPECT_EQ(result.error().code, code) << says;
  EXPECT_NE(result.error().message.find(says), std::string::npos) << result.error().message;
}

TEST_F(RefsTest, branchesComeAndGo) {
  const auto first = *head(repo_);
  const auto second = must_commit(header_line("Two") + file_line("a", "1"));
  ASSERT_TRUE(branch({.name = "dev"}));
  ASSERT_TRUE(branch({.name = "old", .starting_point = first.hex().substr(0, 8)}));
  ASSERT_TRUE(branch({.name = "feat/x", .starting_point = "old"}));
  EXPECT_EQ(head(repo_, "dev"), second);
  EXPECT_EQ(head(repo_, "old"), first);
  EXPECT_EQ(head(repo_, "feat/x"), first);
  EXPECT_EQ(count("SELECT commit_count FROM ref WHERE repo_id = ?1 AND name = 'refs/heads/dev'"),
            2);

  expect_failure(branch({.name = "dev"}), Code::conflict,
                 "Reference refs/heads/dev already exists");
  expect_failure(branch({.name = "feat"}), Code::conflict, "feat");
  expect_failure(branch({.name = "x", .starting_point = "nothing"}), Code::revision_not_found,
                 "nothing");
  expect_failure(branch({.name = "a..b"}), Code::bad_request, "Invalid branch name");
  expect_failure(branch({.name = "refs/heads/x"}), Code::bad_request, "Invalid branch name");
  expect_failure(branch({.name = std::string(40, 'a')}), Code::bad_request, "Invalid branch name");

  expect_failure(unbranch("main"), Code::bad_request, "Cannot delete refs/heads/main");
  expect_failure(unbranch("nothing"), Code::invalid_revision, "Invalid rev id");
  EXPECT_TRUE(unbranch("feat/x"));
  EXPECT_TRUE(branch({.name = "feat"}));
  EXPECT_EQ(fsck(), "");
}

TEST_F(RefsTest, anEmptyBranchHasNoFiles) {
  ASSERT_TRUE(branch({.name = "blank", .empty = true}));
  EXPECT_TRUE(files("blank").empty());
  EXPECT_EQ(fsck(), "");
  must_commit(header_line("First file") + file_line("a", "1"), "blank");
  EXPECT_EQ(files("blank"), std::vector<std::string>{"a"});
  EXPECT_EQ(fsck(), "");
}

TEST_F(RefsTest, overwritingTheDefaultBranchRewritesWhatListsShow) {
  const auto first = must_commit(header_line("One") + file_line("a", "1") +
                                 file_line("README.md", "---\ntags: [t]\n---\n"));
  must_commit(header_line("Two") + file_line("a", "2") + file_line("b", "2") +
              delete_line("README.md"));
  ASSERT_TRUE(branch({.name = "main", .starting_point = first.hex(), .overwrite = true}));
  EXPECT_EQ(head(repo_), first);
  EXPECT_EQ(last_change("", "a"), first);
  EXPECT_EQ(last_change("", "b"), std::nullopt);
  EXPECT_EQ(count("SELECT COUNT(*) FROM repository_tag WHERE repo_id = ?1 AND tag = 't'"), 1);
}

TEST_F(RefsTest, commitsToOtherBranchesLeaveListsAlone) {
  ASSERT_TRUE(branch({.name = "dev"}));
  must_commit(header_line("Dev") + file_line("a", "1") +
                  file_line("README.md", "---\ntags: [t]\n---\n"),
              "dev");
  EXPECT_EQ(last_change("", "a"), std::nullopt);
  EXPECT_EQ(count("SELECT COUNT(*) FROM repository_tag WHERE repo_id = ?1 AND tag = 't'"), 0);
}

TEST_F(RefsTest, tagsComeAndGo) {
  const auto commit = *head(repo_);
  ASSERT_TRUE(tag({.name = "v1", .revision = "main", .message = "The first"}));
  ASSERT_TRUE(tag({.name = "v0", .revision = "", .message = " "}));
  EXPECT_EQ(git({"cat-file", "-t", "refs/tags/v1"}), "tag\n");
  EXPECT_EQ(git({"cat-file", "-t", "refs/tags/v0"}), "commit\n");
  EXPECT_EQ(git({"rev-parse", "v1^{commit}"}), commit.hex() + "\n");
  EXPECT_EQ(git({"tag", "-l", "-n1", "v1"}), "v1              The first\n");
  ASSERT_TRUE(tag({.name = "main", .revision = "v1", .message = ""}));  // as a branch is called
  EXPECT_EQ(fsck(), "");

  expect_failure(tag({.name = "nul", .revision = "main", .message = std::string("a\0b", 3)}),
                 Code::bad_request, "NUL");
  expect_failure(tag({.name = "v1", .revision = "main", .message = "x"}), Code::conflict,
                 "refs/tags/v1 already exists");
  expect_failure(tag({.name = "a..b", .revision = "nothing", .message = ""}),
                 Code::revision_not_found, "nothing");
  expect_failure(tag({.name = "a..b", .revision = "main", .message = ""}), Code::bad_request,
                 "Invalid tag name");
  expect_failure(untag("nothing"), Code::revision_not_found, "nothing");
  EXPECT_TRUE(untag("v1"));
  expect_failure(untag("v1"), Code::revision_not_found, "v1");
}

TEST_F(RefsTest, squashingKeepsTheFiles) {
  const auto oid = upload("weights");
  must_commit(header_line("One") + file_line("a/b", "1") + lfs_line("m.bin", oid));
  const auto before = must_commit(header_line("Two") + file_line("c", "2"));
  const auto names = files();
  ASSERT_TRUE(branch({.name = "kept"}));
  const auto squashed = value_of(run_task(super_squash(hub(), writable(), "main", "All in one")));
  EXPECT_EQ(head(repo_), squashed);
  EXPECT_EQ(head(repo_, "kept"), before);
  EXPECT_EQ(files(), names);
  EXPECT_EQ(git({"log", "--format=%s", "main"}), "All in one\n");
  EXPECT_EQ(git({"rev-list", "--count", "kept"}), "3\n");
  EXPECT_EQ(last_change("a", "b"), squashed);
  EXPECT_EQ(last_change("", "a"), squashed);
  EXPECT_EQ(count("SELECT commit_count FROM ref WHERE repo_id = ?1 AND name = 'refs/heads/main'"),
            1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM lfs_version WHERE repo_id = ?1 AND path = 'm.bin'"), 2);
  EXPECT_EQ(fsck(), "");
  must_commit(header_line("After") + file_line("d", "3"));
  EXPECT_EQ(git({"rev-list", "--count", "main"}), "2\n");

  EXPECT_FALSE(run_task(super_squash(hub(), writable(), "nothing", "")));
  EXPECT_FALSE(run_task(super_squash(hub(), writable(), "main", std::string("a\0b", 3))));
}

}  // namespace
}  // namespace kohaku::hub
