// Merge, revert and reset, with git itself as the judge.
#include <gtest/gtest.h>

#include "git/lfs_pointer.h"
#include "hub/branches.h"
#include "hub/changes.h"
#include "hub/commit_fixture.h"
#include "hub/merge.h"
#include "hub/reset.h"
#include "hub/revert.h"

namespace kohaku::hub {
namespace {

class BranchHeadTest : public CommitTest {
 protected:
  BranchHeadTest() {
    base_ =
        must_commit(header_line("base") + file_line("text", "a\nb\nc\n") + file_line("d/x", "1"));
    value_of(run_task(create_branch(hub(), writable(), {.name = "side"})));
  }

  Result<BranchChange> try_merge(WantedMerge wanted) {
    clock().advance_seconds(60);
    return run_task(merge(hub(), writable(), std::move(wanted)));
  }
  Result<BranchChange> try_revert(WantedRevert wanted) {
    clock().advance_seconds(60);
    return run_task(revert(hub(), writable(), std::move(wanted)));
  }
  Result<BranchChange> try_reset(WantedReset wanted) {
    clock().advance_seconds(60);
    return run_task(reset(hub(), writable(), std::move(wanted)));
  }
  Sha1 change(const std::string& branch, const std::string& path, const std::string& content) {
    clock().advance_seconds(60);
    return must_commit(header_line("change " + path) + file_line(path, content), branch);
  }
  std::int64_t counted(const std::string& branch) {
    return count("SELECT commit_count FROM ref WHERE repo_id = ?1 AND name = 'refs/heads/" +
                 branch + "'");
  }

  Sha1 base_;
};

TEST_F(BranchHeadTest, AfterMergesBothWaysNothingThatWasTakenBackComesAgain) {
  const auto one = change("main", "text", "A\nb\nc\n");
  change("side", "text", "a\nb\nC\n");
  value_of(try_merge({.source = "side", .into = "main"}));
  value_of(try_merge({.source = one.hex(), .into = "side"}));
  EXPECT_EQ("A\nb\nC\n", show("text", "side"));
  change("main", "text", "a\nb\nC\n");
  change("side", "text", "A\nb\nc\n");
  EXPECT_TRUE(value_of(try_merge({.source = "side", .into = "main"})).conflicts.empty());
  EXPECT_EQ("a\nb\nc\n", show("text"));
  EXPECT_EQ("", fsck());
  EXPECT_TRUE(value_of(os::list(hub().repositories.staging(repo_.id))).empty());
}

TEST_F(BranchHeadTest, AMergeBringsBothSidesTogether) {
  const auto ours = change("main", "text", "A\nb\nc\n");
  change("side", "text", "a\nb\nC\n");
  const auto theirs = change("side", "d/y", "2");
  const auto merged = value_of(try_merge({.source = "side", .into = "main"}));
  EXPECT_TRUE(merged.conflicts.empty());
  EXPECT_EQ(head(repo_), merged.head);
  EXPECT_EQ(show("text"), "A\nb\nC\n");
  EXPECT_EQ(show("d/y"), "2");
  EXPECT_EQ(git({"log", "-1", "--format=%P %s", "main"}),
            ours.hex() + " " + theirs.hex() + " Merge 'side' into main\n");
  EXPECT_EQ(git({"rev-list", "--count", "main"}), std::to_string(counted("main")) + "\n");
  EXPECT_EQ(last_change("", "text"), merged.head);
  EXPECT_EQ(last_change("d", "y"), merged.head);
  EXPECT_EQ(last_change("d", "x"), base_);
  EXPECT_EQ(fsck(), "");

  const auto again = value_of(try_merge({.source = "side", .into = "main"}));
  EXPECT_EQ(again.head, merged.head);
  EXPECT_FALSE(again.publication);
  const auto empty = value_of(try_merge({.source = "side", .into = "main", .allow_empty = true}));
  EXPECT_NE(empty.head, merged.head);
}

TEST_F(BranchHeadTest, ASquashedMergeHasOneParent) {
  const auto ours = change("main", "m", "1");
  change("side", "s", "1");
  change("side", "s", "2");
  value_of(try_merge({.source = "side", .into = "main", .message = "All of it", .squash = true}));
  EXPECT_EQ(git({"log", "-1", "--format=%P %s", "main"}), ours.hex() + " All of it\n");
  EXPECT_EQ(show("s"), "2");
  EXPECT_EQ(git({"rev-list", "--count", "main"}), std::to_string(counted("main")) + "\n");
}

TEST_F(BranchHeadTest, ConflictsAreNamedAndNothingIsWritten) {
  const auto ours = change("main", "text", "main\n");
  change("side", "text", "side\n");
  const auto packs = count("SELECT COUNT(*) FROM pack WHERE repo_id = ?1");
  const auto conflict = value_of(try_merge({.source = "side", .into = "main"}));
  EXPECT_EQ(conflict.conflicts, std::vector<std::string>{"text"});
  EXPECT_EQ(head(repo_), ours);
  EXPECT_EQ(count("SELECT COUNT(*) FROM pack WHERE repo_id = ?1"), packs);
  value_of(try_merge({.source = "side", .into = "main", .favour = git::Favour::ours}));
  EXPECT_EQ(show("text"), "main\n");
  value_of(try_merge({.source = "main", .into = "side", .favour = git::Favour::theirs}));
  EXPECT_EQ(show("text", "side"), "main\n");
  EXPECT_EQ(fsck(), "");
}

TEST_F(BranchHeadTest, StrangeHistoriesNeedForce) {
  value_of(run_task(create_branch(hub(), writable(), {.name = "blank", .empty = true})));
  change("blank", "new", "1");
  const auto refused = try_merge({.source = "blank", .into = "main"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  value_of(try_merge({.source = "blank", .into = "main", .force = true}));
  EXPECT_EQ(show("new"), "1");
  EXPECT_EQ(show("d/x"), "1");
}

TEST_F(BranchHeadTest, AMergeRenewsLargeFiles) {
  const auto oid = upload("weights");
  change("main", "other", "1");
  clock().advance_seconds(60);
  must_commit(header_line("large") + lfs_line("w.bin", oid), "side");
  const auto versions = count("SELECT COUNT(*) FROM lfs_version WHERE repo_id = ?1");
  value_of(try_merge({.source = "side", .into = "main"}));
  EXPECT_EQ(git::parse_pointer(show("w.bin"))->oid, oid);
  EXPECT_EQ(count("SELECT COUNT(*) FROM lfs_version WHERE repo_id = ?1"), versions + 1);
  EXPECT_GE(count("SELECT keep_until FROM object_link WHERE repo_id = ?1"),
            clock().now().plus_seconds(object_grace_seconds).value);
}

TEST_F(BranchHeadTest, WhatIsNoLongerKeptCannotComeBack) {
  const auto oid = upload("weights");
  const auto large = must_commit(header_line("large") + lfs_line("w.bin", oid));
  must_commit(header_line("gone") + delete_line("w.bin"));
  execute("DELETE FROM object_link WHERE repo_id = ?1", repo_.id);
  const auto refused = try_reset({.branch = "main", .revision = large.hex()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_request);
}

TEST_F(BranchHeadTest, ARevertTakesBackOneCommitAndKeepsTheLaterOnes) {
  const auto bad = change("main", "text", "A\nb\nc\n");
  change("main", "text", "A\nb\nC\n");
  const auto reverted = value_of(try_revert({.branch = "main", .revision = bad.hex()}));
  EXPECT_EQ(show("text"), "a\nb\nC\n");
  EXPECT_EQ(git({"log", "-1", "--format=%B", "main"}),
            "Revert \"change text\"\n\nThis reverts commit " + bad.hex() + ".\n\n");
  EXPECT_EQ(last_change("", "text"), reverted.head);
  EXPECT_EQ(git({"rev-list", "--count", "main"}), std::to_string(counted("main")) + "\n");
  EXPECT_EQ(fsck(), "");

  const auto again = try_revert({.branch = "main", .revision = bad.hex()});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::bad_request);
  EXPECT_TRUE(try_revert({.branch = "main", .revision = bad.hex(), .allow_empty = true}));
}

TEST_F(BranchHeadTest, ARevertNamesItsConflicts) {
  const auto bad = change("main", "text", "A\nb\nc\n");
  change("main", "text", "AA\nb\nc\n");
  const auto conflict = value_of(try_revert({.branch = "main", .revision = bad.hex()}));
  EXPECT_EQ(conflict.conflicts, std::vector<std::string>{"text"});
}

TEST_F(BranchHeadTest, AMergeIsRevertedAgainstTheParentAskedFor) {
  change("main", "m", "1");
  change("side", "s", "1");
  const auto merged = value_of(try_merge({.source = "side", .into = "main"})).head;
  value_of(try_revert({.branch = "main", .revision = merged.hex()}));
  EXPECT_EQ(files(), (std::vector<std::string>{".gitattributes", "d/x", "m", "text"}));
  value_of(try_reset({.branch = "main", .revision = merged.hex()}));
  value_of(try_revert({.branch = "main", .revision = merged.hex(), .parent_number = 2}));
  EXPECT_EQ(files(), (std::vector<std::string>{".gitattributes", "d/x", "s", "text"}));
  for (const std::int64_t number : {-1, 0, 3}) {
    const auto refused =
        try_revert({.branch = "main", .revision = merged.hex(), .parent_number = number});
    ASSERT_FALSE(refused) << number;
    EXPECT_EQ(refused.error().code, Code::bad_request);
  }
}

TEST_F(BranchHeadTest, AResetIsANewCommitWithTheOldFiles) {
  const auto later = change("main", "d/y", "2");
  const auto put_back = value_of(try_reset({.branch = "main", .revision = base_.hex()}));
  EXPECT_EQ(files(), (std::vector<std::string>{".gitattributes", "d/x", "text"}));
  EXPECT_EQ(git({"log", "-1", "--format=%P", "main"}), later.hex() + "\n");
  EXPECT_EQ(last_change("d", "y"), std::nullopt);
  EXPECT_EQ(last_change("", "d"), put_back.head);
  EXPECT_EQ(fsck(), "");
  EXPECT_FALSE(value_of(try_reset({.branch = "main", .revision = base_.hex()})).publication);
}

TEST_F(BranchHeadTest, AForcedResetMovesABranchButNotTheDefaultOne) {
  change("side", "s", "1");
  EXPECT_EQ(value_of(try_reset({.branch = "side", .revision = base_.hex(), .force = true})).head,
            base_);
  EXPECT_EQ(head(repo_, "side"), base_);
  const auto later = change("main", "m", "1");
  const auto kept = value_of(try_reset({.branch = "main", .revision = base_.hex(), .force = true}));
  EXPECT_EQ(git({"log", "-1", "--format=%P", "main"}), later.hex() + "\n");
  EXPECT_NE(kept.head, base_);
}

TEST_F(BranchHeadTest, MissingRevisionsAndBadMessagesAreRefused) {
  EXPECT_EQ(try_merge({.source = "none", .into = "main"}).error().code, Code::revision_not_found);
  EXPECT_EQ(try_merge({.source = "side", .into = "none"}).error().code, Code::revision_not_found);
  EXPECT_EQ(try_revert({.branch = "none", .revision = "main"}).error().code,
            Code::revision_not_found);
  EXPECT_EQ(try_reset({.branch = "main", .revision = "none"}).error().code,
            Code::revision_not_found);
  change("side", "s", "1");
  EXPECT_EQ(
      try_merge({.source = "side", .into = "main", .message = std::string("a\0b", 3)}).error().code,
      Code::bad_request);
}

TEST_F(BranchHeadTest, ChangesTellTextsLargeFilesAndBinaries) {
  const auto oid = upload("weights");
  clock().advance_seconds(60);
  const auto id = must_commit(header_line("mixed") + file_line("text", "a\nB\nc\n") +
                              file_line("bin", std::string("\0\1", 2)) + delete_line("d/x") +
                              lfs_line("w.bin", oid));
  const auto found = value_of(changes_of_commit(hub(), repo_, id.hex(), {}));
  ASSERT_EQ(found.changes.files.size(), 4U);
  const auto& files = found.changes.files;
  EXPECT_EQ(files[0].path, "bin");
  EXPECT_FALSE(files[0].diff);
  EXPECT_TRUE(files[0].diff_complete);
  EXPECT_EQ(files[1].path, "d/x");
  EXPECT_FALSE(files[1].after);
  EXPECT_EQ(files[1].diff,
            "--- a/d/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n\\ No newline at end of file\n");
  EXPECT_EQ(files[2].diff, "--- a/text\n+++ b/text\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
  EXPECT_EQ(files[3].after->lfs->oid, oid);
  EXPECT_EQ(files[3].after->size(), 7U);
  EXPECT_FALSE(files[3].diff);
  const auto one = value_of(changes_of_commit(hub(), repo_, id.hex(), {.path = "d"}));
  EXPECT_EQ(one.changes.files.size(), 1U);
}

TEST_F(BranchHeadTest, LongTextsAreLeftOutOfManyAndShownAlone) {
  std::string long_text;
  for (int i = 0; i < 200'000; ++i) long_text += std::to_string(i) + "\n";
  clock().advance_seconds(60);
  must_commit(header_line("long") + file_line("long", long_text) + file_line("text", "x\n"));
  const auto id = change("main", "long", "first\n" + long_text);
  const auto alone = value_of(changes_of_commit(hub(), repo_, id.hex(), {.path = "long"}));
  EXPECT_EQ(alone.changes.files[0].diff,
            "--- a/long\n+++ b/long\n@@ -1,3 +1,4 @@\n+first\n 0\n 1\n 2\n");
  const auto many = value_of(changes_of_commit(hub(), repo_, id.hex(), {}));
  EXPECT_FALSE(many.changes.files[0].diff);
  EXPECT_FALSE(many.changes.files[0].diff_complete);
}

TEST_F(BranchHeadTest, ComparesWithTheMergeBaseOrDirectly) {
  change("main", "m", "1");
  const auto theirs = change("side", "s", "1");
  const auto three = value_of(compare(hub(), repo_, "main...side", {}, 10));
  EXPECT_EQ(three.relation.merge_base, base_);
  EXPECT_EQ(three.relation.ahead_commits.front().id, theirs);
  ASSERT_EQ(three.changes.files.size(), 1U);
  EXPECT_EQ(three.changes.files.front().path, "s");
  EXPECT_EQ(value_of(compare(hub(), repo_, "main..side", {}, 10)).changes.files.size(), 2U);
  for (const auto* bad : {"main", "...side", "main...", "..", ""}) {
    EXPECT_EQ(compare(hub(), repo_, bad, {}, 10).error().code, Code::bad_request) << bad;
  }
  EXPECT_EQ(compare(hub(), repo_, "main...none", {}, 10).error().code, Code::revision_not_found);
}

}  // namespace
}  // namespace kohaku::hub
