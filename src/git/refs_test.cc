#include "git/refs.h"

#include "git/fsck.h"
#include "git/test_git.h"

namespace kohaku::git {
namespace {

class RefsTest : public GitTest {
 protected:
  // A repository with one commit and an annotated tag of it.
  void SetUp() override {
    repository_ = make_repository();
    auto pack = writer_for(*repository_);
    const auto tree = *pack.add(ObjectType::tree, {});
    commit_ =
        *pack.add(ObjectType::commit, as_bytes(serialize_commit(commit_of(tree, {}, "m", 5))));
    Tag tag{.target = commit_, .name = "v1"};
    tag.tagger = {.name = "Ada", .email = "a@b", .time = {}};
    tag.message = "v1\n";
    tag_ = *pack.add(ObjectType::tag, as_bytes(serialize_tag(tag)));
    ASSERT_TRUE(repository_->publish(*pack.finish()));
  }

  const os::Path& directory() { return repository_->directory(); }
  std::string refs() {
    return git(directory(), {"for-each-ref", "--format=%(refname) %(objectname) %(*objectname)"});
  }

  std::shared_ptr<Repository> repository_;
  Sha1 commit_, tag_;
};

TEST_F(RefsTest, NamesAreJudgedAsGitDoes) {
  for (const std::string name : {"main",
                                 "feat/x",
                                 "a.b",
                                 "v1.0",
                                 "\xC3\xA4",
                                 "a@b",
                                 "a{b",
                                 "x-",
                                 "a/b/c",
                                 "0",
                                 "a..b",
                                 "a b",
                                 "a~",
                                 "a^",
                                 "a:b",
                                 "a?",
                                 "a*",
                                 "a[b",
                                 "a\\b",
                                 ".a",
                                 "a/.b",
                                 "a.lock",
                                 "a.lock/b",
                                 "a/",
                                 "/a",
                                 "a//b",
                                 "a.",
                                 "a@{b",
                                 "a\x7F"
                                 "b",
                                 "a\nb",
                                 "",
                                 "a/b.lock",
                                 "a.",
                                 "a/.",
                                 "x.locks",
                                 "@a",
                                 "{@"}) {
    const bool theirs =
        try_git(root(), {"check-ref-format", "refs/heads/" + name}).exit_status == 0;
    EXPECT_EQ(check_branch_name(name).has_value(), theirs) << name;
    EXPECT_EQ(check_tag_name(name).has_value(), theirs) << name;
  }
  for (const auto& name : {std::string("-x"), std::string("HEAD"), std::string("@"),
                           std::string("refs/heads/x"), std::string(40, 'a'), std::string(256, 'x'),
                           std::string("a\xFF"), std::string("a\0b", 3)}) {
    EXPECT_EQ(check_branch_name(name).error().code, Code::bad_request) << name;
  }
  EXPECT_TRUE(check_branch_name(std::string(255, 'x')));
  EXPECT_EQ(check_tag_name("a b").error().message,
            "Invalid tag name: it has a space or one of ~ ^ : ? * [ \\.");
}

TEST_F(RefsTest, GitSeesExactlyTheProjectedRefs) {
  ASSERT_TRUE(project_refs(directory(),
                           {{.name = "refs/tags/v1", .target = tag_, .peeled = commit_},
                            {.name = "refs/heads/main", .target = commit_, .peeled = {}},
                            {.name = "refs/heads/feat/x", .target = commit_, .peeled = {}}},
                           "main"));
  EXPECT_EQ(refs(), "refs/heads/feat/x " + commit_.hex() + " \nrefs/heads/main " + commit_.hex() +
                        " \nrefs/tags/v1 " + tag_.hex() + " " + commit_.hex());
  EXPECT_TRUE(fsck(directory())->empty());

  // A loose ref that somebody made would win over ours: it must go.
  git(directory(), {"update-ref", "refs/heads/loose/one", commit_.hex()});
  git(directory(), {"update-ref", "refs/pr/1", commit_.hex()});
  ASSERT_TRUE(project_refs(
      directory(), {{.name = "refs/heads/trunk", .target = commit_, .peeled = {}}}, "trunk"));
  EXPECT_EQ(refs(), "refs/heads/trunk " + commit_.hex() + " ");
  EXPECT_EQ(git(directory(), {"symbolic-ref", "HEAD"}), "refs/heads/trunk");

  ASSERT_TRUE(project_refs(directory(), {}, "main"));
  EXPECT_EQ(refs(), "");
  EXPECT_TRUE(fsck(directory())->empty());
}

TEST_F(RefsTest, ALineBreakCannotMakeARef) {
  EXPECT_FALSE(project_refs(
      directory(), {{.name = "refs/heads/x\nrefs/heads/y", .target = commit_, .peeled = {}}},
      "main"));
  EXPECT_FALSE(
      project_refs(directory(), {{.name = "HEAD", .target = commit_, .peeled = {}}}, "main"));
  EXPECT_FALSE(project_refs(directory(), {}, "a b"));
  for (const auto& entry : *os::list(directory())) {
    EXPECT_EQ(entry.name.find("packed-refs."), std::string::npos) << "left behind: " << entry.name;
  }
}

TEST_F(RefsTest, FsckNamesWhatIsWrong) {
  ASSERT_TRUE(project_refs(
      directory(), {{.name = "refs/heads/main", .target = sha1(as_bytes("no")), .peeled = {}}},
      "main"));
  EXPECT_FALSE(fsck(directory())->empty());
  EXPECT_FALSE(fsck(root()).value_or(std::vector<std::string>{"not a repository"}).empty());
}

}  // namespace
}  // namespace kohaku::git
