#include "hub/commit.h"

#include <algorithm>
#include <thread>

#include "git/attributes.h"
#include "hub/commit_fixture.h"

namespace kohaku::hub {
namespace {

using Names = std::vector<std::string>;

Code code_of(const Result<Sha1>& result) { return result ? Code::internal : result.error().code; }

TEST_F(CommitTest, aNewRepositoryHasOneCommit) {
  EXPECT_EQ(git({"log", "--format=%s|%an|%ae|%cn"}), "initial commit|ada|" +
                                                         std::to_string(ada_.id.value) +
                                                         "+ada@users.noreply.kohakuhub|ada\n");
  EXPECT_EQ(files(), Names{".gitattributes"});
  EXPECT_EQ(show(".gitattributes"), git::default_attributes());
  EXPECT_EQ(fsck(), "");
  EXPECT_EQ(last_change("", ".gitattributes"), head(repo_));
  EXPECT_EQ(count("SELECT commit_count FROM ref WHERE repo_id = ?1"), 1);
}

TEST_F(CommitTest, initialFilesAreInTheFirstCommit) {
  repo_ = create("card", {{"README.md", "---\nlicense: mit\n---\n"}, {"a/b.txt", "b"}});
  EXPECT_EQ(files(), (Names{".gitattributes", "README.md", "a/b.txt"}));
  EXPECT_EQ(count("SELECT COUNT(*) FROM repository_tag WHERE repo_id = ?1 AND tag = 'license:mit'"),
            1);
  EXPECT_EQ(fsck(), "");
}

TEST_F(CommitTest, everyOperationInOneCommit) {
  const auto first =
      must_commit(header_line("One") + file_line("a/x.txt", "x") + file_line("a/y.txt", "y") +
                  file_line("old.txt", "old") + file_line("z", ""));
  const auto oid = upload("large bytes");
  const auto body =
      header_line("Two\n", first.hex()) + lfs_line("model.bin", oid) + delete_line("z") +
      line("deletedFolder", {{"path", "a/"}}) + file_line("a/new.txt", "new") +
      line("copyFile", {{"path", "copy.txt"}, {"srcPath", "a/x.txt"}}) +
      line("copyFile", {{"path", "copy.bin"},
                        {"srcPath", "old.txt"},
                        {"srcRevision", first.hex().substr(0, 7)}}) +
      line("file", {{"path", "moved.txt"}, {"oldPath", "old.txt"}}) +
      line("file", {{"path", "u.txt"}, {"encoding", "utf-8"}, {"content", "h\xC3\xA9"}});
  const auto second = must_commit(body);
  EXPECT_EQ(head(repo_), second);
  EXPECT_EQ(files(), (Names{".gitattributes", "a/new.txt", "copy.bin", "copy.txt", "model.bin",
                            "moved.txt", "u.txt"}));
  EXPECT_EQ(show("copy.txt"), "x");
  EXPECT_EQ(show("moved.txt"), "old");
  EXPECT_EQ(show("u.txt"), "h\xC3\xA9");
  EXPECT_EQ(show("model.bin"), git::serialize_pointer({oid, 11}));
  EXPECT_EQ(git({"log", "-1", "--format=%s|%b|%p"}), "Two||" + first.hex().substr(0, 7) + "\n");
  EXPECT_EQ(fsck(), "");

  EXPECT_EQ(last_change("", "model.bin"), second);
  EXPECT_EQ(last_change("", ".gitattributes").has_value(), true);
  EXPECT_NE(last_change("", ".gitattributes"), second);
  EXPECT_EQ(last_change("", "a"), second);
  EXPECT_EQ(last_change("a", "new.txt"), second);
  EXPECT_EQ(last_change("a", "x.txt"), std::nullopt);
  EXPECT_EQ(last_change("", "z"), std::nullopt);
  EXPECT_EQ(count("SELECT commit_count FROM ref WHERE repo_id = ?1"), 3);
  EXPECT_EQ(count("SELECT COUNT(*) FROM lfs_version WHERE repo_id = ?1 AND path = 'model.bin' AND "
                  "size = 11"),
            1);
}

TEST_F(CommitTest, aLargeInlineFileGoesThroughTheSpool) {
  const auto noise = store::noise(3'000'000);
  TextBody body(header_line("Big") + file_line("big.txt", noise), 200'000);
  value_of(run_task(hub::commit(hub(), writable(), "main", body)));
  EXPECT_EQ(show("big.txt"), noise);
  EXPECT_EQ(fsck(), "");
}

TEST_F(CommitTest, nothingNewIsNoCommit) {
  const auto first = must_commit(header_line("One") + file_line("a", "1"));
  EXPECT_EQ(must_commit(header_line("Again") + file_line("a", "1")), first);
  EXPECT_EQ(must_commit(header_line("Nothing")), first);
  EXPECT_EQ(must_commit(header_line("No folder") + line("deletedFolder", {{"path", "nowhere"}})),
            first);
  EXPECT_EQ(count("SELECT COUNT(*) FROM pack WHERE repo_id = ?1"), 2);
}

TEST_F(CommitTest, ofTwoFilesOfOnePathTheLaterStays) {
  must_commit(header_line("One") + file_line("a", "1") + file_line("a", "2"));
  EXPECT_EQ(show("a"), "2");
  must_commit(header_line("Two") + delete_line("a") + file_line("a", "3"));
  EXPECT_EQ(show("a"), "3");
}

TEST_F(CommitTest, failuresLeaveNoTrace) {
  const auto start = must_commit(header_line("Start") + file_line("dir/a", "1"));
  const auto missing = sha256("nobody sent this");
  const struct {
    std::string body;
    Code code;
    std::string says;
  } table[] = {
      {header_line("x") + delete_line("nothing"), Code::entry_not_found,
       "A file with this name doesn't exist: nothing"},
      {header_line("x") + delete_line("dir"), Code::entry_not_found, "doesn't exist: dir"},
      {header_line("x") + line("copyFile", {{"path", "b"}, {"srcPath", "none"}}),
       Code::entry_not_found, "none"},
      {header_line("x") + line("copyFile", {{"path", "b"}, {"srcPath", "dir"}}), Code::bad_request,
       "folder"},
      {header_line("x") +
           line("copyFile", {{"path", "b"}, {"srcPath", "dir/a"}, {"srcRevision", "no"}}),
       Code::revision_not_found, "no"},
      {header_line("x") + lfs_line("m.bin", missing), Code::bad_request, "was not uploaded"},
      {header_line("x") + file_line("m.bin", git::serialize_pointer({missing, 5})),
       Code::bad_request, "was not uploaded"},
      {header_line("x") + file_line("../a", "1"), Code::unprocessable, "Line 2"},
      {header_line("x") + file_line("a/.git/config", "1"), Code::unprocessable, "Line 2"},
      {header_line("x") + file_line("", "1"), Code::unprocessable, "Line 2"},
      {header_line("x") + file_line("dir", "1"), Code::unprocessable, "folder"},
      {header_line("x") + file_line("dir/a/b", "1"), Code::unprocessable, "file"},
      {header_line("x") + file_line("big", std::string(10'000'000, 'a')), Code::payload_too_large,
       "LFS"},
      {header_line("") + file_line("a", "1"), Code::bad_request, "summary"},
      {header_line(std::string("a\0b", 3)) + file_line("a", "1"), Code::bad_request, "NUL"},
      {line("header", {{"summary", "x"}, {"description", std::string("a\0b", 3)}}) +
           file_line("a", "1"),
       Code::bad_request, "NUL"},
      {header_line("x", "zzzz") + file_line("a", "1"), Code::bad_request, "parentCommit"},
      {header_line("x", std::string(40, '0')) + file_line("a", "1"), Code::precondition_failed,
       "The branch was updated since you opened this page. Please refresh and try again."},
      {header_line("x") + line("file", {{"path", "a"}, {"content", "%"}}), Code::bad_request,
       "base64"},
  };
  for (const auto& row : table) {
    for (const bool declared : {true, false}) {
      const auto result = try_commit(row.body, "main", 100'000, declared);
      EXPECT_EQ(code_of(result), row.code) << row.says;
      if (!result)
        EXPECT_NE(result.error().message.find(row.says), std::string::npos)
            << result.error().message;
    }
  }
  EXPECT_EQ(code_of(try_commit(header_line("x") + file_line("a", "1"), "other")),
            Code::revision_not_found);
  EXPECT_EQ(head(repo_), start);
  EXPECT_EQ(fsck(), "");
}

TEST_F(CommitTest, anObjectOfTheWrongSizeIsRefused) {
  const auto oid = upload("12345");
  const auto result = try_commit(
      header_line("x") +
      line("lfsFile", {{"path", "m"}, {"oid", oid.hex()}, {"algo", "sha256"}, {"size", 6}}));
  EXPECT_EQ(code_of(result), Code::bad_request);
}

TEST_F(CommitTest, anotherRepositorysObjectDoesNotExist) {
  const auto oid = upload("secret");
  const auto mine = repo_;
  repo_ = create("other");
  const auto result = try_commit(header_line("x") + lfs_line("m.bin", oid));
  const auto random = try_commit(header_line("x") + lfs_line("m.bin", sha256("random")));
  ASSERT_FALSE(result);
  ASSERT_FALSE(random);
  EXPECT_EQ(result.error().code, random.error().code);
  EXPECT_EQ(result.error().message.size(), random.error().message.size());
}

TEST_F(CommitTest, largeFilesGetARule) {
  const auto oid = upload("weights");
  must_commit(header_line("One") + lfs_line("no extension", oid) + lfs_line("sub/w.bin", oid));
  const auto text = show(".gitattributes");
  EXPECT_EQ(text, std::string(git::default_attributes()) + git::lfs_attribute_line("no extension") +
                      (git::lfs_attribute_line("x").ends_with('\n') ? "" : "\n"));

  // Once only.
  must_commit(header_line("Two") + lfs_line("no extension", upload("weights 2")));
  EXPECT_EQ(show(".gitattributes"), text);

  // A nested file and the commit's own edit count.
  must_commit(header_line("Three") + file_line("sub/.gitattributes", "*.w filter=lfs\n") +
              lfs_line("sub/deep/a.w", oid));
  EXPECT_EQ(show(".gitattributes"), text);
  must_commit(header_line("Four") + file_line(".gitattributes", "*.q filter=lfs") +
              lfs_line("a.q", oid) + lfs_line("b", oid));
  EXPECT_EQ(show(".gitattributes").substr(0, 15), "*.q filter=lfs\n");
  EXPECT_EQ(show(".gitattributes").find("a.q"), std::string::npos);
  EXPECT_NE(show(".gitattributes").find("\n" + git::lfs_attribute_line("b")), std::string::npos);
}

TEST_F(CommitTest, aPointerByHandIsALargeFile) {
  const auto oid = upload("weights");
  must_commit(header_line("One") + file_line("m.bin", git::serialize_pointer({oid, 7})));
  EXPECT_EQ(count("SELECT COUNT(*) FROM lfs_version WHERE repo_id = ?1 AND path = 'm.bin'"), 1);
  must_commit(header_line("Copy") + line("copyFile", {{"path", "n.bin"}, {"srcPath", "m.bin"}}));
  EXPECT_EQ(count("SELECT COUNT(*) FROM lfs_version WHERE repo_id = ?1 AND path = 'n.bin'"), 1);
}

TEST_F(CommitTest, theCardFollowsTheDefaultBranch) {
  must_commit(header_line("Card") +
              file_line("README.md", "---\npipeline_tag: x\ntags: [t]\n---\n"));
  EXPECT_EQ(count("SELECT COUNT(*) FROM repository WHERE id = ?1 AND pipeline_tag = 'x'"), 1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM repository_tag WHERE repo_id = ?1 AND tag = 't'"), 1);
  must_commit(header_line("No card") + delete_line("README.md"));
  EXPECT_EQ(count("SELECT COUNT(*) FROM repository WHERE id = ?1 AND pipeline_tag IS NULL AND "
                  "card_data IS NULL"),
            1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM repository_tag WHERE repo_id = ?1 AND tag = 't'"), 0);
}

TEST_F(CommitTest, shortParentsAreTaken) {
  const auto first = must_commit(header_line("One") + file_line("a", "1"));
  EXPECT_TRUE(try_commit(header_line("Two", first.hex().substr(0, 7)) + file_line("a", "2")));
  EXPECT_EQ(
      code_of(try_commit(header_line("Late", first.hex().substr(0, 7)) + file_line("a", "3"))),
      Code::precondition_failed);
}

TEST_F(CommitTest, executablesStayExecutable) {
  must_commit(header_line("One") + file_line("run.sh", "1"));
  EXPECT_EQ(git({"ls-tree", "main", "run.sh"}).substr(0, 6), "100644");
}

// Many writers at once, on threads of their own: every commit is in the history, on top of another.
TEST_F(CommitTest, concurrentCommitsAreAllInTheHistory) {
  constexpr int writers = 64;
  constexpr int commits = 4;
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&, w] {
      for (int i = 0; i < commits; ++i) {
        const auto name = std::to_string(w) + "/" + std::to_string(i);
        const auto body = header_line(name) + file_line("f/" + name, name);
        good += try_commit(body, "main", 1000, i % 2 == 0).has_value() ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, writers * commits);
  EXPECT_EQ(git({"rev-list", "--count", "main"}), std::to_string(writers * commits + 1) + "\n");
  EXPECT_EQ(git({"rev-list", "--count", "--min-parents=2", "main"}), "0\n");
  EXPECT_EQ(files().size(), static_cast<std::size_t>(writers * commits + 1));
  EXPECT_EQ(count("SELECT commit_count FROM ref WHERE repo_id = ?1"), writers * commits + 1);
  EXPECT_EQ(fsck(), "");
}

// Of writers that all name the same parent exactly one wins.
TEST_F(CommitTest, oneOfManyWithTheSameParentWins) {
  const auto parent = head(repo_)->hex();
  std::atomic<int> good = 0;
  std::atomic<int> stale = 0;
  std::vector<std::thread> threads;
  for (int w = 0; w < 16; ++w) {
    threads.emplace_back([&, w] {
      const auto result = try_commit(header_line("x", parent) + file_line("f", std::to_string(w)));
      if (result) ++good;
      else if (result.error().code == Code::precondition_failed) ++stale;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 1);
  EXPECT_EQ(stale, 15);
}

}  // namespace
}  // namespace kohaku::hub
