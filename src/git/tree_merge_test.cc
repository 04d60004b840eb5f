#include "git/tree_merge.h"

#include <map>

#include "git/file_diff.h"
#include "git/lfs_pointer.h"
#include "git/test_git.h"
#include "git/tree_editor.h"

namespace kohaku::git {
namespace {

using Files = std::map<std::string, std::string>;

class TreeMergeTest : public GitTest {
 protected:
  TreeMergeTest() : repository_(make_repository()) {}

  Sha1 tree_of(const Files& files) {
    auto pack = writer_for(*repository_);
    TreeEditor editor(*repository_, std::nullopt);
    for (const auto& [path, content] : files) {
      const auto blob = *pack.add(ObjectType::blob, as_bytes(content));
      EXPECT_TRUE(editor.put(*RepoPath::parse(path), mode_file, blob));
    }
    const auto tree = *editor.write(pack);
    publish(pack);
    return tree;
  }

  void publish(PackWriter& pack) {
    if (pack.count() > 0) EXPECT_TRUE(repository_->publish(*pack.finish()));
  }

  MergedTree merge(const Files& base, const Files& ours, const Files& theirs,
                   Favour favour = Favour::neither) {
    auto pack = writer_for(*repository_);
    const auto merged =
        merge_trees(*repository_, tree_of(base), tree_of(ours), tree_of(theirs), favour, pack);
    EXPECT_TRUE(merged) << (merged ? "" : merged.error().message + merged.error().detail);
    if (merged->conflicts.empty()) publish(pack);
    return *merged;
  }

  Files files_of(const Sha1& tree) {
    Files files;
    for (const auto& file : diff_files(*repository_, empty_tree_id(), tree, "", 1000)->files) {
      files[file.path] = *repository_->read(file.after->id, ObjectType::blob, 1 << 20);
    }
    return files;
  }

  std::shared_ptr<Repository> repository_;
};

TEST_F(TreeMergeTest, TakesWhatEitherSideChanged) {
  const auto merged = merge({{"same", "1"}, {"ours", "1"}, {"theirs", "1"}, {"gone/a", "1"}},
                            {{"same", "1"}, {"ours", "2"}, {"theirs", "1"}, {"gone/a", "1"}},
                            {{"same", "1"}, {"ours", "1"}, {"theirs", "2"}, {"new/b", "1"}});
  EXPECT_TRUE(merged.conflicts.empty());
  EXPECT_EQ(files_of(merged.tree),
            (Files{{"same", "1"}, {"ours", "2"}, {"theirs", "2"}, {"new/b", "1"}}));
  EXPECT_EQ(merged.changes.size(), 5U);  // theirs, new, new/b, gone, gone/a
}

TEST_F(TreeMergeTest, PutsTextsTogether) {
  const auto merged = merge({{"d/t", "a\nb\nc\n"}}, {{"d/t", "A\nb\nc\n"}, {"d/x", "1"}},
                            {{"d/t", "a\nb\nC\n"}, {"d/y", "1"}});
  EXPECT_TRUE(merged.conflicts.empty());
  EXPECT_EQ(files_of(merged.tree), (Files{{"d/t", "A\nb\nC\n"}, {"d/x", "1"}, {"d/y", "1"}}));
}

TEST_F(TreeMergeTest, NamesEveryConflict) {
  const Files base{{"d/text", "a\n"}, {"gone", "1"}, {"ours-gone", "1"}, {"z", "1"}};
  const Files ours{{"d/text", "b\n"}, {"gone", "2"}, {"both-new", "1"}, {"file", "1"}, {"z", "1"}};
  const Files theirs{
      {"d/text", "c\n"}, {"ours-gone", "2"}, {"both-new", "2"}, {"file/x", "1"}, {"z", "2"}};
  const auto merged = merge(base, ours, theirs);
  EXPECT_EQ(merged.conflicts,
            (std::vector<std::string>{"both-new", "d/text", "file", "gone", "ours-gone"}));
  EXPECT_EQ(
      files_of(merge(base, ours, theirs, Favour::ours).tree),
      (Files{{"d/text", "b\n"}, {"gone", "2"}, {"both-new", "1"}, {"file", "1"}, {"z", "2"}}));
  EXPECT_EQ(
      files_of(merge(base, ours, theirs, Favour::theirs).tree),
      (Files{
          {"d/text", "c\n"}, {"ours-gone", "2"}, {"both-new", "2"}, {"file/x", "1"}, {"z", "2"}}));
}

TEST_F(TreeMergeTest, NeverPutsPointersOrBinariesTogether) {
  const auto pointer = [](char c) {
    return serialize_pointer({*Sha256::from_hex(std::string(64, c)), 7});
  };
  const std::string nul(1, '\0');
  // Line by line both would fit together.
  EXPECT_EQ(merge({{"w", pointer('1') + "\n\n\n"}, {"b", nul + "\na\nb\nc\n"}},
                  {{"w", pointer('2')}, {"b", nul + "\nA\nb\nc\n"}},
                  {{"w", pointer('3')}, {"b", nul + "\na\nb\nC\n"}})
                .conflicts,
            (std::vector<std::string>{"b", "w"}));
}

TEST_F(TreeMergeTest, FoldersAndFilesTakeEachOthersPlace) {
  EXPECT_EQ(files_of(merge({{"p/x", "1"}}, {{"p/x", "1"}, {"q", "1"}}, {{"p", "file"}}).tree),
            (Files{{"p", "file"}, {"q", "1"}}));
  EXPECT_EQ(files_of(merge({{"p", "file"}}, {{"p", "file"}, {"q", "1"}}, {{"p/x", "1"}}).tree),
            (Files{{"p/x", "1"}, {"q", "1"}}));
}

TEST_F(TreeMergeTest, BeginsAndEndsWithNothing) {
  EXPECT_EQ(files_of(merge({}, {{"a", "1"}}, {{"b", "1"}}).tree), (Files{{"a", "1"}, {"b", "1"}}));
  EXPECT_EQ(files_of(merge({{"a", "1"}}, {{"a", "1"}}, {}).tree), Files{});
  EXPECT_EQ(files_of(merge({}, {}, {{"a", "1"}}).tree), (Files{{"a", "1"}}));
}

TEST_F(TreeMergeTest, FilesThatDifferAreToldInOrderAndCut) {
  const auto before = tree_of({{"a", "1"}, {"d/e/f", "1"}, {"d/g", "1"}, {"same/s", "1"}});
  const auto after = tree_of({{"a", "2"}, {"d/e", "1"}, {"n", "1"}, {"same/s", "1"}});
  const auto names = [](const FileChanges& changes) {
    std::string text;
    for (const auto& file : changes.files) {
      text += (!file.before ? "+" : !file.after ? "-" : "~") + file.path + " ";
    }
    return text;
  };
  EXPECT_EQ(names(*diff_files(*repository_, before, after, "", 100)), "~a +d/e -d/e/f -d/g +n ");
  EXPECT_EQ(names(*diff_files(*repository_, before, after, "d", 100)), "+d/e -d/e/f -d/g ");
  EXPECT_EQ(names(*diff_files(*repository_, before, after, "a", 100)), "~a ");
  EXPECT_EQ(names(*diff_files(*repository_, before, after, "none", 100)), "");
  EXPECT_EQ(names(*diff_files(*repository_, empty_tree_id(), before, "a", 100)), "+a ");
  const auto cut = *diff_files(*repository_, before, after, "", 2);
  EXPECT_FALSE(cut.complete);
  EXPECT_EQ(cut.files.size(), 2U);
  EXPECT_TRUE(diff_files(*repository_, before, after, "", 5)->complete);
}

}  // namespace
}  // namespace kohaku::git
