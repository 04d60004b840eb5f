#include "git/tree_editor.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "git/test_git.h"

namespace kohaku::git {
namespace {

class TreeEditorTest : public GitTest {
 protected:
  TreeEditorTest() : repository_(make_repository()) {}

  static RepoPath path(std::string_view text) { return *RepoPath::parse(text); }
  static Sha1 blob(std::string_view text) { return object_id(ObjectType::blob, as_bytes(text)); }

  // The tree with these files, which becomes part of the repository.
  Sha1 make(const std::vector<std::string>& paths) {
    TreeEditor editor(*repository_, std::nullopt);
    for (const auto& file : paths) EXPECT_TRUE(editor.put(path(file), mode_file, blob(file)));
    return write(editor);
  }

  Sha1 write(TreeEditor& editor) {
    auto pack = writer_for(*repository_);
    const auto id = editor.write(pack);
    EXPECT_TRUE(id) << id.error().detail;
    if (pack.count() > 0) EXPECT_TRUE(repository_->publish(*pack.finish()));
    return *id;
  }

  // All files of a tree as git lists them.
  std::string files(const Sha1& tree) {
    return git(repository_->directory(), {"ls-tree", "-r", "--name-only", tree.hex()});
  }

  static std::set<std::string> changes(const TreeEditor& editor) {
    std::set<std::string> result;
    for (const auto& entry : editor.changed_entries()) {
      result.insert((entry.removed ? "-" : "+") + entry.folder + "|" + entry.name);
    }
    return result;
  }

  // Against `git diff-tree -t`, which names folders too.
  void expect_changes(const Sha1& before, const Sha1& after,
                      const std::vector<ChangedEntry>& changed) {
    std::set<std::string> ours, theirs;
    for (const auto& entry : changed) {
      ours.insert((entry.removed ? "-" : "+") + entry.folder + (entry.folder.empty() ? "" : "/") +
                  entry.name);
    }
    std::istringstream lines(git(repository_->directory(),
                                 {"-c", "core.quotePath=false", "diff-tree", "-r", "-t",
                                  "--no-renames", "--name-status", before.hex(), after.hex()}));
    for (std::string line; std::getline(lines, line);) {
      // A path that is a file before and a folder after (or the reverse) is named as removed too.
      theirs.insert((line[0] == 'D' ? "-" : "+") + line.substr(2));
    }
    for (const auto& path : ours) {
      if (path[0] == '+') theirs.erase("-" + path.substr(1));
    }
    EXPECT_EQ(ours, theirs);
  }

  std::shared_ptr<Repository> repository_;
};

TEST_F(TreeEditorTest, PutsAndRemoves) {
  const auto root = make({"a/b/c", "a/b/d", "a/x", "top"});
  EXPECT_EQ(files(root), "a/b/c\na/b/d\na/x\ntop");
  TreeEditor editor(*repository_, root);
  EXPECT_TRUE(*editor.remove_file("a/b/c"));
  EXPECT_FALSE(*editor.remove_file("a/b/c"));
  EXPECT_FALSE(*editor.remove_file("a/b"));
  EXPECT_FALSE(*editor.remove_folder("top"));
  EXPECT_FALSE(*editor.remove_folder("none/at/all"));
  ASSERT_TRUE(editor.put(path("new/deep/file"), mode_executable, blob("n")));
  EXPECT_EQ((*editor.find("new/deep/file"))->mode, mode_executable);
  EXPECT_FALSE(editor.find("a/b/c")->has_value());
  EXPECT_TRUE(editor.find("a/b/d")->has_value());
  EXPECT_EQ(files(write(editor)), "a/b/d\na/x\nnew/deep/file\ntop");
  EXPECT_EQ(changes(editor), (std::set<std::string>{"+|a", "+a|b", "-a/b|c", "+|new", "+new|deep",
                                                    "+new/deep|file"}));
}

TEST_F(TreeEditorTest, EmptyFoldersVanish) {
  const auto root = make({"a/b/c/d", "top"});
  TreeEditor editor(*repository_, root);
  EXPECT_TRUE(*editor.remove_file("a/b/c/d"));
  EXPECT_FALSE(editor.find("a/b")->has_value());
  EXPECT_FALSE(*editor.remove_folder("a"));
  EXPECT_EQ(files(write(editor)), "top");
  EXPECT_EQ(changes(editor), (std::set<std::string>{"-|a", "-a|b", "-a/b|c", "-a/b/c|d"}));

  TreeEditor emptied(*repository_, root);
  EXPECT_TRUE(*emptied.remove_folder(""));
  EXPECT_FALSE(*emptied.remove_folder(""));
  EXPECT_EQ(write(emptied), empty_tree_id());
  EXPECT_TRUE(repository_->contains(empty_tree_id()));
}

TEST_F(TreeEditorTest, AFileInTheWayIsAConflict) {
  const auto root = make({"a", "b/c"});
  TreeEditor editor(*repository_, root);
  const auto refused = editor.put(path("a/b"), mode_file, blob("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_NE(refused.error().message.find("'a' is a file"), std::string::npos);
  EXPECT_EQ(editor.put(path("b/c/d/e"), mode_file, blob("x")).error().code, Code::conflict);
  ASSERT_TRUE(editor.put(path("b"), mode_file, blob("x"))) << "a file replaces a folder";
  EXPECT_EQ(editor.put(path("b/c"), mode_file, blob("x")).error().code, Code::conflict);
  EXPECT_TRUE(*editor.remove_file("a"));
  ASSERT_TRUE(editor.put(path("a/b"), mode_file, blob("x")));
  EXPECT_EQ(files(write(editor)), "a/b\nb");
}

TEST_F(TreeEditorTest, FoldersAreCopiedByIdEvenWhenJustMade) {
  const auto root = make({"a/b/c", "a/d"});
  TreeEditor editor(*repository_, root);
  ASSERT_TRUE(editor.put_entry(path("copy"), **editor.find("a")));
  ASSERT_TRUE(editor.put(path("made/sub/file"), mode_file, blob("m")));
  ASSERT_TRUE(editor.put_entry(path("made_copy"), **editor.find("made")));
  EXPECT_TRUE(*editor.remove_folder("made"));
  EXPECT_EQ((*editor.find("made_copy/sub/file"))->id, blob("m"));
  ASSERT_TRUE(editor.put(path("made_copy/sub/more"), mode_file, blob("n")));
  ASSERT_TRUE(editor.put(path("copy/b/e"), mode_file, blob("e")));
  EXPECT_EQ(files(write(editor)), "a/b/c\na/d\ncopy/b/c\ncopy/b/e\ncopy/d\n"
                                  "made_copy/sub/file\nmade_copy/sub/more");
  EXPECT_EQ(changes(editor), (std::set<std::string>{"+|copy", "+copy|b", "+copy|d", "+copy/b|c",
                                                    "+copy/b|e", "+|made_copy", "+made_copy|sub",
                                                    "+made_copy/sub|file", "+made_copy/sub|more"}));
}

TEST_F(TreeEditorTest, UndoneChangesChangeNothing) {
  const auto root = make({"a/b", "c"});
  TreeEditor editor(*repository_, root);
  ASSERT_TRUE(editor.put(path("a/b"), mode_file, blob("other")));
  ASSERT_TRUE(editor.put(path("a/b"), mode_file, blob("a/b")));
  ASSERT_TRUE(editor.put(path("d/e"), mode_file, blob("d/e")));
  EXPECT_TRUE(*editor.remove_folder("d"));
  auto pack = writer_for(*repository_);
  EXPECT_EQ(*editor.write(pack), root);
  EXPECT_EQ(pack.count(), 0U);
  EXPECT_TRUE(editor.changed_entries().empty());
}

// The model: a map of paths, whose tree git computes with `update-index` and `write-tree`.
class Model {
 public:
  std::map<std::string, std::string> files;  // content by path

  bool has_file_on_the_way(const std::string& path) const {
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
      if (files.contains(path.substr(0, slash))) return true;
    }
    return false;
  }
  bool remove_folder(const std::string& folder) {
    return std::erase_if(
               files, [&](const auto& file) { return file.first.starts_with(folder + "/"); }) > 0;
  }
  void put(const std::string& path, const std::string& content) {
    remove_folder(path);
    files[path] = content;
  }
  std::string index_lines() const {
    std::string lines;
    for (const auto& [path, content] : files) {
      lines +=
          "100644 " + object_id(ObjectType::blob, as_bytes(content)).hex() + "\t" + path + "\n";
    }
    return lines;
  }
};

std::string random_path(std::mt19937& random) {
  static const std::vector<std::string> names = {"a", "b", "a.txt", "a-b", "a0", "B", "\xC3\xA4"};
  std::string path = names[random() % names.size()];
  for (auto depth = random() % 4; depth > 0; --depth) path += "/" + names[random() % names.size()];
  return path;
}

// 500 random steps; every few of them a commit, whose tree must be the one git makes.
TEST_F(TreeEditorTest, AgreesWithGitOnRandomEdits) {
  git(root(), {"init", "-q", "--bare", "model.git"});
  const auto model_directory = root() / "model.git";
  std::mt19937 random(20240229);
  Model model;
  std::optional<Sha1> tree;
  auto editor = std::make_unique<TreeEditor>(*repository_, tree);
  for (int step = 0; step < 500; ++step) {
    const auto target = random_path(random);
    if (random() % 3 != 0) {
      const auto content = std::to_string(random() % 1000);
      const auto put = editor->put(path(target), mode_file, blob(content));
      ASSERT_EQ(put.has_value(), !model.has_file_on_the_way(target)) << target;
      if (put) model.put(target, content);
    } else if (random() % 2 == 0) {
      ASSERT_EQ(*editor->remove_file(target), model.files.erase(target) > 0) << target;
    } else {
      ASSERT_EQ(*editor->remove_folder(target), model.remove_folder(target)) << target;
    }
    ASSERT_EQ(
        editor->find(target)->has_value(),
        model.files.contains(target) ||
            std::any_of(model.files.begin(), model.files.end(),
                        [&](const auto& file) { return file.first.starts_with(target + "/"); }))
        << target;
    if (random() % 10 != 0 && step != 499) continue;
    const auto before = tree.value_or(empty_tree_id());
    tree = write(*editor);
    git(model_directory, {"read-tree", "--empty"});
    git(model_directory, {"update-index", "--index-info"}, model.index_lines());
    ASSERT_EQ(tree->hex(), git(model_directory, {"write-tree", "--missing-ok"})) << "step " << step;
    expect_changes(before, *tree, editor->changed_entries());
    editor = std::make_unique<TreeEditor>(*repository_, tree);
  }
}

}  // namespace
}  // namespace kohaku::git
