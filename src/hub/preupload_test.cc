#include "hub/preupload.h"

#include "hub/commit_fixture.h"

namespace kohaku::hub {
namespace {

class PreuploadTest : public CommitTest {
 protected:
  std::vector<PreuploadAnswer> ask(PreuploadQuestion question) {
    if (question.revision.empty()) question.revision = "main";
    return value_of(preupload(hub(), writable().repo(), question));
  }
  PreuploadAnswer ask_one(PreuploadFile file) { return ask({.files = {std::move(file)}}).front(); }
};

TEST_F(PreuploadTest, sizeSuffixAndAttributesMakeAFileLarge) {
  must_commit(header_line("Rules") +
              file_line("sub/.gitattributes", "*.w filter=lfs\n*.bin -filter\n") +
              file_line(".gitattributes", "*.Root filter=lfs\nexact filter=lfs\n"));
  const struct {
    const char* path;
    std::uint64_t size;
    bool large;
  } table[] = {
      {"a.txt", 9'999'999, false}, {"a.txt", 10'000'000, true}, {"a.txt", 1, false},
      {"a.bin", 7, true},          {"A.BIN", 7, true},          {"a.bin", 0, false},
      {"sub/a.bin", 7, true},      {"sub/a.w", 1, true},        {"a.w", 1, false},
      {"sub/deep/a.w", 1, true},   {"x.Root", 1, true},         {"sub/x.Root", 1, true},
      {"exact", 1, true},          {"a.safetensors", 1, true},  {"safetensors", 1, false},
  };
  for (const auto& row : table) {
    const auto answer = ask_one({.path = row.path, .size = row.size, .sha256 = {}});
    EXPECT_EQ(answer.large, row.large) << row.path << " " << row.size;
    EXPECT_FALSE(answer.should_ignore);
    EXPECT_EQ(answer.oid, std::nullopt);
  }
}

TEST_F(PreuploadTest, theRepositorysOwnRulesCount) {
  execute("UPDATE repository SET lfs_threshold_bytes = 2000000, lfs_suffix_rules = '[\".foo\"]' "
          "WHERE id = ?1",
          repo_.id);
  EXPECT_TRUE(ask_one({.path = "a.txt", .size = 2'000'000, .sha256 = {}}).large);
  EXPECT_FALSE(ask_one({.path = "a.txt", .size = 1'999'999, .sha256 = {}}).large);
  EXPECT_TRUE(ask_one({.path = "a.foo", .size = 1, .sha256 = {}}).large);
  EXPECT_TRUE(ask_one({.path = "a.bin", .size = 1, .sha256 = {}}).large);
}

TEST_F(PreuploadTest, theRequestsRulesReplaceTheRepositorys) {
  must_commit(header_line("Rules") + file_line(".gitignore", "*.log\n"));
  EXPECT_TRUE(ask_one({.path = "a.log", .size = 1, .sha256 = {}}).should_ignore);
  const auto answers = ask({.files = {{"a.log", 1, {}}, {"a.tmp", 1, {}}, {"dir/x", 1, {}}},
                            .git_ignore = "*.tmp\ndir/\n"});
  EXPECT_FALSE(answers[0].should_ignore);
  EXPECT_TRUE(answers[1].should_ignore);
  EXPECT_TRUE(answers[2].should_ignore);
  EXPECT_TRUE(
      ask({.files = {{"a.special", 1, {}}}, .git_attributes = "*.special filter=lfs\n"})[0].large);
}

TEST_F(PreuploadTest, oidIsWhatStandsThere) {
  const auto oid = upload("weights");
  must_commit(header_line("Files") + file_line("a.txt", "text") + lfs_line("m.bin", oid));
  EXPECT_EQ(ask_one({.path = "a.txt", .size = 1, .sha256 = {}}).oid,
            git::object_id(git::ObjectType::blob, as_bytes("text")).hex());
  EXPECT_EQ(ask_one({.path = "m.bin", .size = 1, .sha256 = {}}).oid, oid.hex());
  EXPECT_EQ(ask_one({.path = "none", .size = 1, .sha256 = {}}).oid, std::nullopt);
}

// Only for a client that sent a hash: all others would drop the file.
TEST_F(PreuploadTest, contentThatIsHereNeedsNoUpload) {
  const auto oid = upload("weights");
  must_commit(header_line("Files") + file_line("a.txt", "text") + lfs_line("m.bin", oid));
  EXPECT_TRUE(ask_one({.path = "a.txt", .size = 4, .sha256 = sha256("text").hex()}).should_ignore);
  EXPECT_FALSE(ask_one({.path = "a.txt", .size = 4, .sha256 = sha256("tex!").hex()}).should_ignore);
  EXPECT_FALSE(ask_one({.path = "a.txt", .size = 5, .sha256 = sha256("text").hex()}).should_ignore);
  EXPECT_FALSE(ask_one({.path = "b.txt", .size = 4, .sha256 = sha256("text").hex()}).should_ignore);
  EXPECT_TRUE(ask_one({.path = "m.bin", .size = 7, .sha256 = oid.hex()}).should_ignore);
  EXPECT_FALSE(ask_one({.path = "n.bin", .size = 7, .sha256 = oid.hex()}).should_ignore);
  EXPECT_FALSE(ask_one({.path = "a.txt", .size = 4, .sha256 = {}}).should_ignore);
}

TEST_F(PreuploadTest, badPathsAndRevisionsAreRefused) {
  PreuploadQuestion question{.revision = "main", .files = {{"../x", 1, {}}}};
  EXPECT_EQ(preupload(hub(), repo_, question).error().code, Code::unprocessable);
  question = {.revision = "nothing"};
  EXPECT_EQ(preupload(hub(), repo_, question).error().code, Code::revision_not_found);
}

}  // namespace
}  // namespace kohaku::hub
