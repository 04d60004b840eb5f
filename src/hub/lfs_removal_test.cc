#include "hub/lfs_removal.h"

#include "hub/branches.h"
#include "hub/commit_fixture.h"
#include "hub/file_lookup.h"
#include "hub/large_files.h"
#include "hub/lfs_gc.h"
#include "hub/tags.h"

namespace kohaku::hub {
namespace {

class LfsRemovalTest : public CommitTest {
 protected:
  void remove(const std::vector<Sha256>& objects, bool rewrite_history) {
    value_of(run_task(remove_large_files(hub(), writable(), objects, rewrite_history)));
  }
  std::vector<std::string> listed() {
    std::vector<std::string> paths;
    for (const auto& file : value_of(list_large_files(hub(), repo_, 100, "")).files) {
      paths.push_back(file.path);
    }
    return paths;
  }
  bool is_held(const Sha256& object) {
    return read([&](db::Connection& c) { return store::ObjectStore::find(c, repo_.id, object); })
        .has_value();
  }
  Sha1 tip(const std::string& ref = "refs/heads/main") {
    return read([&](db::Connection& c) { return find_ref(c, repo_.id, ref); })->commit;
  }
  std::string messages(const std::string& revision = "main") {
    return git({"log", "--format=%s by %an at %at", revision});
  }
  // Whether any text that a ref reaches names the object.
  bool is_named(const Sha256& object) {
    return git({"log", "--all", "--format=%h", "-S" + object.hex(), "--pickaxe-all"}) != "";
  }
  Sha1 add_merge(const Sha1& first, const Sha1& second) {
    const auto repository = value_of(hub().repositories.get(repo_.id));
    auto pack = value_of(git::PackWriter::create(hub().repositories.staging(repo_.id)));
    git::Commit commit;
    commit.tree = value_of(repository->commit(first))->tree;
    commit.parents = {first, second};
    commit.author = commit.committer = {"ada", "ada@example.org", clock().now(), 60};
    commit.message = "merge\n";
    const auto id =
        value_of(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
    value_of(repository->publish(value_of(pack.finish())));
    return id;
  }

  Sha256 bad_ = upload("weights that must go");
  Sha256 good_ = upload("weights that stay");
};

TEST_F(LfsRemovalTest, WithoutRewritingThePointersStay) {
  const auto commit =
      must_commit(header_line("both") + lfs_line("bad.bin", bad_) + lfs_line("good.bin", good_));
  remove({bad_}, false);
  EXPECT_EQ(tip(), commit);
  EXPECT_FALSE(is_held(bad_));
  EXPECT_TRUE(is_held(good_));
  EXPECT_EQ(listed(), std::vector<std::string>{"good.bin"});
  EXPECT_EQ(value_of(find_file(hub(), repo_, commit, "bad.bin")).pointer->oid, bad_);
  EXPECT_EQ(fsck(), "");
}

TEST_F(LfsRemovalTest, RewritingTakesThemOutOfEveryRef) {
  const auto untouched = must_commit(header_line("before") + file_line("a.txt", "a\n"));
  must_commit(header_line("bad") + lfs_line("only/deep/bad.bin", bad_) +
              lfs_line("good.bin", good_));
  value_of(run_task(create_branch(hub(), writable(), {"old", "", false, false})));
  value_of(run_task(create_tag(hub(), writable(), {"v1", "", ""})));
  value_of(run_task(create_tag(hub(), writable(), {"v2", "", "the second"})));
  value_of(run_task(create_tag(hub(), writable(), {"early", untouched.hex(), "nothing changes"})));
  const auto early =
      read([&](db::Connection& c) { return find_ref(c, repo_.id, "refs/tags/early"); });
  must_commit(header_line("after") + file_line("a.txt", "b\n") + file_line("only/readme", "x"));
  const auto merged = add_merge(tip(), tip("refs/heads/old"));
  set_ref(repo_, "refs/heads/main", merged);
  const auto before = messages();
  ASSERT_TRUE(is_named(bad_));

  remove({bad_}, true);

  EXPECT_FALSE(is_named(bad_));
  EXPECT_TRUE(is_named(good_));
  EXPECT_EQ(messages(), before);
  EXPECT_EQ(fsck(), "");
  EXPECT_EQ(files(),
            (std::vector<std::string>{".gitattributes", "a.txt", "good.bin", "only/readme"}));
  for (const auto* ref : {"old", "v1", "v2"}) {
    EXPECT_EQ(files(ref), (std::vector<std::string>{".gitattributes", "a.txt", "good.bin"})) << ref;
  }
  EXPECT_EQ(git({"cat-file", "-t", "v2"}), "tag\n");
  EXPECT_EQ(git({"merge-base", "--is-ancestor", untouched.hex(), "main"}), "");
  EXPECT_EQ(
      read([&](db::Connection& c) { return find_ref(c, repo_.id, "refs/tags/early"); })->target,
      early->target);
  EXPECT_EQ(listed(), std::vector<std::string>{"good.bin"});
  EXPECT_FALSE(is_held(bad_));
  EXPECT_EQ(count("SELECT commit_count FROM ref WHERE repo_id = ?1 AND name = 'refs/heads/main'"),
            5);
}

TEST_F(LfsRemovalTest, WhatIsKnownOfPathsAndVersionsFollows) {
  must_commit(header_line("bad") + lfs_line("only/bad.bin", bad_));
  must_commit(header_line("good") + lfs_line("good.bin", good_));
  remove({bad_}, true);
  EXPECT_EQ(last_change("", "good.bin"), tip());
  EXPECT_FALSE(last_change("", "only"));
  EXPECT_FALSE(last_change("only", "bad.bin"));
  EXPECT_EQ(read([&](db::Connection& c) {
              return c.sql("SELECT commit_id FROM lfs_version WHERE repo_id = ?1")
                  .bind(repo_.id)
                  .all<Sha1>();
            }),
            std::vector{std::tuple(tip())});
}

TEST_F(LfsRemovalTest, ABranchOfNothingElseBecomesEmpty) {
  must_commit(header_line("bad") + lfs_line("bad.bin", bad_));
  must_commit(header_line("no rules") + delete_line(".gitattributes"));
  remove({bad_}, true);
  EXPECT_EQ(files(), std::vector<std::string>{});
  EXPECT_EQ(fsck(), "");
}

// A commit whose own tree names nothing of it follows its parents.
TEST_F(LfsRemovalTest, AFileThatWasDeletedLongAgoGoesToo) {
  must_commit(header_line("bad") + lfs_line("bad.bin", bad_));
  const auto deleted = must_commit(header_line("delete") + delete_line("bad.bin"));
  const auto tree = git({"rev-parse", "main^{tree}"});
  remove({bad_}, true);
  EXPECT_FALSE(is_named(bad_));
  EXPECT_NE(tip(), deleted);
  EXPECT_EQ(git({"rev-parse", "main^{tree}"}), tree);
  EXPECT_EQ(fsck(), "");
}

TEST_F(LfsRemovalTest, TheSameFileMayComeAgain) {
  must_commit(header_line("bad") + lfs_line("bad.bin", bad_));
  remove({bad_}, true);
  EXPECT_FALSE(try_commit(header_line("again") + lfs_line("bad.bin", bad_)));
  upload("weights that must go");
  must_commit(header_line("again") + lfs_line("bad.bin", bad_));
  EXPECT_EQ(listed(), std::vector<std::string>{"bad.bin"});
}

TEST_F(LfsRemovalTest, RewritingLaterStillTakesThePointersOut) {
  must_commit(header_line("bad") + lfs_line("bad.bin", bad_));
  remove({bad_}, false);
  remove({bad_, sha256("never seen")}, true);
  EXPECT_FALSE(is_named(bad_));
}

TEST_F(LfsRemovalTest, TheBytesGoWithTheLastLink) {
  const auto other = create("other");
  execute(
      "INSERT INTO object_link (repo_id, sha256, keep_until, created_at) VALUES (?1, ?2, ?3, 0)",
      other.id, bad_, clock().now().plus_seconds(86'400));
  remove({bad_}, true);
  const auto exists = [&] {
    return read([&](db::Connection& c) {
             return c.sql("SELECT size FROM large_object WHERE sha256 = ?1")
                 .bind(bad_)
                 .first<std::int64_t>();
           })
        .has_value();
  };
  value_of(collect_garbage(hub(), false));
  EXPECT_TRUE(exists());
  execute("DELETE FROM object_link WHERE repo_id = ?1", other.id);
  value_of(collect_garbage(hub(), false));
  EXPECT_FALSE(exists());
}

TEST_F(LfsRemovalTest, WhoMayWriteNoMoreRemovesNothing) {
  const auto lab = add_account("lab", "org");
  join(lab, ada_, "member");
  const auto repo = writable();
  must_commit(header_line("bad") + lfs_line("bad.bin", bad_));
  execute("UPDATE repository SET owner_id = ?1 WHERE id = ?2", lab.id, repo_.id);
  execute("DELETE FROM membership WHERE org_id = ?1", lab.id);
  const auto removed = run_task(remove_large_files(hub(), repo, {bad_}, true));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Code::forbidden);
  EXPECT_TRUE(is_held(bad_));
  EXPECT_TRUE(is_named(bad_));
}

}  // namespace
}  // namespace kohaku::hub
