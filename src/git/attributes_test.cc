#include "git/attributes.h"

#include <set>
#include <sstream>

#include "git/test_git.h"

namespace kohaku::git {
namespace {

// Patterns with every kind of mark, and paths that are near misses of each other.
const std::vector<std::string> patterns = {"a",
                                           "*.bin",
                                           "/a",
                                           "a/",
                                           "a/b",
                                           "/a/b",
                                           "a/*",
                                           "a/**",
                                           "**/b",
                                           "**/a/b",
                                           "a/**/b",
                                           "a/**/b/c",
                                           "**",
                                           "*",
                                           "?",
                                           "??",
                                           "a?b",
                                           "a*b",
                                           "*a*",
                                           "foo**/bar",
                                           "a**b",
                                           "**a",
                                           "a/**b",
                                           "[ab]",
                                           "[!a]",
                                           "[^a]b",
                                           "[a-c]",
                                           "[a-c]*",
                                           "[]]",
                                           "[!]]",
                                           "[]-]x",
                                           "[a",
                                           "a[",
                                           "[[:alpha:]]",
                                           "[[:digit:]]x",
                                           "[[:nope:]]",
                                           "[[:space:]]x",
                                           "\\a",
                                           "\\*",
                                           "\\[a\\]",
                                           "a\\",
                                           "\\#x",
                                           "#x",
                                           "\\!x",
                                           "\"x",
                                           "x y",
                                           "a//b",
                                           "//a",
                                           "/",
                                           "/**",
                                           "**/",
                                           "*/",
                                           "*/b",
                                           "*/*",
                                           "/*",
                                           "/*/c",
                                           "a/*/c",
                                           "a/?/c",
                                           "b/c",
                                           ".*",
                                           "*.*",
                                           "*.tar.*",
                                           "saved_model/**/*",
                                           "\xC3\xA4*",
                                           "?\xA4",
                                           "[\xC3]*",
                                           "a/b/",
                                           "/a/b/",
                                           "**/c/",
                                           "a/**/",
                                           "*b",
                                           "b*",
                                           "*c/d",
                                           "c/d",
                                           "[a-]",
                                           "[-a]",
                                           "[\\]]",
                                           "[\\\\]",
                                           "a[/]b",
                                           "a[!x]b",
                                           "***",
                                           "a/***/c",
                                           "***/c",
                                           "*.BIN",
                                           "x[[:upper:]]",
                                           "{a,b}",
                                           "~",
                                           "a b",
                                           "  a",
                                           "\ta"};

const std::vector<std::string> paths = {"a",
                                        "b",
                                        "c",
                                        "ab",
                                        "abc",
                                        "a.bin",
                                        "x.bin",
                                        "a/b",
                                        "a/c",
                                        "a/b/c",
                                        "a/x/b",
                                        "a/x/y/b",
                                        "a/x/b/c",
                                        "b/a",
                                        "b/a/b",
                                        "c/a/b/c",
                                        "foo/bar",
                                        "foox/bar",
                                        "foox/y/bar",
                                        "fooz",
                                        "aXb",
                                        "a1b",
                                        "]",
                                        "-x",
                                        "]x",
                                        "1x",
                                        " x",
                                        "*",
                                        "[a]",
                                        "a[",
                                        "a\\b",
                                        "#x",
                                        "!x",
                                        "\"x",
                                        "x y",
                                        "x",
                                        "a/b/c/d",
                                        ".hidden",
                                        "dir/.hidden",
                                        "f.tar.gz",
                                        "saved_model/v",
                                        "saved_model/1/v",
                                        "\xC3\xA4",
                                        "\xC3\xA4z",
                                        "b/c",
                                        "x/b/c",
                                        "a/bb",
                                        "a/ab",
                                        "aab",
                                        "bab",
                                        "c/d",
                                        "a/c/d",
                                        "b/d",
                                        "A",
                                        "a.BIN",
                                        "xY",
                                        "xy",
                                        "{a,b}",
                                        "~",
                                        "a b",
                                        "-",
                                        "\\",
                                        "a/",
                                        "axb"};

class AttributesTest : public GitTest {
 protected:
  AttributesTest() { git(root(), {"init", "-q", "work"}); }
  os::Path work() const { return root() / "work"; }

  static std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) all += text + '\0';
    return all;
  }

  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, '\0');) parts.push_back(part);
    return parts;
  }

  // Which of `paths` git says are LFS files, are not, or are not spoken of: '+', '-', '?'.
  std::string asked_of_git(const std::string& file, const std::vector<std::string>& asked) {
    write_file(work() / ".gitattributes", file);
    const auto parts =
        split(try_git(work(), {"check-attr", "-z", "--stdin", "filter"}, joined(asked)).output);
    std::string verdicts;
    for (std::size_t i = 2; i < parts.size(); i += 3) {
      verdicts += parts[i] == "lfs" ? '+' : parts[i] == "unspecified" ? '?' : '-';
    }
    return verdicts;
  }

  static std::string asked_of_us(const std::string& file, const std::vector<std::string>& asked) {
    const auto attributes = Attributes::parse(file);
    std::string verdicts;
    for (const auto& path : asked) {
      const auto lfs = attributes.is_lfs(path);
      verdicts += !lfs ? '?' : *lfs ? '+' : '-';
    }
    return verdicts;
  }

  std::set<std::string> ignored_by_git(const std::string& file) {
    write_file(work() / ".gitignore", file);
    const auto result =
        try_git(work(), {"check-ignore", "--no-index", "-z", "--stdin"}, joined(plain_paths()));
    const auto parts = split(result.output);
    return {parts.begin(), parts.end()};
  }

  static std::set<std::string> ignored_by_us(const std::string& file) {
    const auto rules = IgnoreRules::parse(file);
    std::set<std::string> ignored;
    for (const auto& path : plain_paths()) {
      if (rules.ignores(path)) ignored.insert(path);
    }
    return ignored;
  }

  // Paths as a repository has them: of files.
  static std::vector<std::string> plain_paths() {
    auto result = paths;
    std::erase_if(result, [](const auto& path) { return path.ends_with('/'); });
    return result;
  }
};

TEST_F(AttributesTest, EachPatternMatchesWhatGitMatches) {
  for (const auto& pattern : patterns) {
    const auto file = pattern + " filter=lfs\n";
    EXPECT_EQ(asked_of_us(file, plain_paths()), asked_of_git(file, plain_paths())) << pattern;
  }
}

TEST_F(AttributesTest, FilesMeanWhatGitSaysTheyMean) {
  for (const std::string file : {
           "*.bin filter=lfs\na.bin -filter\n",
           "*.bin filter=lfs\na.bin !filter\n",
           "a.bin -filter\n*.bin filter=lfs\n",
           "/a.bin -filter\n*.bin filter=lfs\n/a.bin filter=other\n",
           "* filter\n*.bin filter=lfs -filter\n",
           "*.bin -filter filter=lfs\n# a filter=lfs\n   b filter=lfs\n\tc\tfilter=lfs\t-text\r\n",
           "\"a b\" filter=lfs\n\"x\\ty\" filter=lfs\n\"\\303\\244\" filter=lfs\n\"unclosed "
           "filter=lfs\n",
           "[attr]large filter=lfs diff=lfs\n*.bin large\n",
           "*.bin binary\n[attr]large -filter\n* filter=lfs\na* large\n",
           "!a filter=lfs\nb text\n\n\n",
           "\xEF\xBB\xBF"
           "a filter=lfs\n",
           "a filter=LFS\nb filter=\nc filters=lfs\n",
           "a filter=lfs",
       }) {
    EXPECT_EQ(asked_of_us(file, plain_paths()), asked_of_git(file, plain_paths())) << file;
  }
  EXPECT_EQ(asked_of_us("a " + std::string(2100, 'x') + " filter=lfs\nb filter=lfs\n", {"a", "b"}),
            "?+");
}

TEST_F(AttributesTest, ALineSpeaksOfExactlyOnePath) {
  const std::vector<std::string> odd = {"model.bin",
                                        "a/model.bin",
                                        "with space",
                                        "a/with  two",
                                        "#hash",
                                        "!bang",
                                        "\"quote\"",
                                        "star*",
                                        "a/what?",
                                        "[set]",
                                        "a/[x]y",
                                        "back",
                                        "\xC3\xA4/\xE2\x82\xAC",
                                        "[attr]x",
                                        "a/#b",
                                        "**",
                                        "a/**/b",
                                        "-dash",
                                        "tab\\x",
                                        "a/!b",
                                        "end ",
                                        "a/\"b\""};
  auto near = odd;
  for (const auto& path : odd) {
    near.push_back("deeper/" + path);
    near.push_back(path + "x");
  }
  near.insert(near.end(),
              {"starfish", "s", "a/whatx", "a/xy", "x", "attr", "t", "with_space", "a/b"});
  for (const auto& path : odd) {
    const auto line = lfs_attribute_line(path);
    std::string expected;
    for (const auto& other : near) expected += other == path ? '+' : '?';
    EXPECT_EQ(asked_of_git(line, near), expected) << line;
    EXPECT_EQ(asked_of_us(line, near), expected) << line;
  }
}

TEST_F(AttributesTest, ANewRepositoryKnowsTheUsualPatterns) {
  const std::string file(default_attributes());
  const std::vector<std::string> asked = {
      "model.safetensors", "a/b/pytorch_model.bin", "x.tar.gz",        "events.tfevents.1",
      "model.gguf",        "saved_model/x",         "saved_model/a/b", "a/saved_model/x",
      "README.md",         "config.json",           "x.lfs.y"};
  EXPECT_EQ(asked_of_us(file, asked), "+++++++?"
                                      "??+");
  EXPECT_EQ(asked_of_us(file, asked), asked_of_git(file, asked));
  EXPECT_NE(file.find("*.parquet filter=lfs diff=lfs merge=lfs -text\n"), file.npos);
}

TEST_F(AttributesTest, EachIgnorePatternMatchesWhatGitMatches) {
  for (const auto& pattern : patterns) {
    EXPECT_EQ(ignored_by_us(pattern + "\n"), ignored_by_git(pattern + "\n")) << pattern;
  }
}

TEST_F(AttributesTest, IgnoreFilesMeanWhatGitSaysTheyMean) {
  for (const std::string file : {
           "*\n!a\n",
           "a/\n!a/b\n",
           "a/*\n!a/b\n",
           "*\n!*/\n!*.bin\n",
           "a/**\n!a/**/b\n",
           "a   \nb\\ \nx\\ y  \n",
           "\\!x\n!!x\n",
           "a\r\nb\r\n",
           "\xEF\xBB\xBF"
           "a\n",
           "# a\n\\#x\n",
           "*.bin\n!/a.bin\n",
           "/*\n!/a\n/a/*\n!/a/b\n",
           "!a\na\n!a\n",
           "a",
           "!\n!/\n/\n\n",
           " \n  a\n",
           "foo/\n!foo/bar\n",
           "**/b\n!a/b\n",
           "x y \n\\ x\n",
       }) {
    EXPECT_EQ(ignored_by_us(file), ignored_by_git(file)) << file;
  }
}

// A matcher that tries every way to share the text among the stars would not end here.
TEST(Wildmatch, TakesNoMoreStepsThanTheProductOfTheLengths) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  const std::string text(1000, 'a');
  std::size_t budget = 1'000'000;
  EXPECT_FALSE(Wildcard(pattern + "b*").matches(text, budget));
  EXPECT_GE(budget, 1'000'000 - (pattern.size() + 2) * text.size());
  EXPECT_TRUE(wildmatch(pattern, text));

  std::string folders;
  for (int i = 0; i < 50; ++i) folders += "**/a/";
  std::string path;
  for (int i = 0; i < 300; ++i) path += "a/";
  EXPECT_FALSE(wildmatch(folders + "b", path + "c"));
  EXPECT_TRUE(wildmatch(folders + "c", path + "c"));
}

TEST(Wildmatch, EndsWhenTheBudgetIsSpent) {
  std::size_t budget = 100;
  EXPECT_FALSE(Wildcard("*a*a*").matches(std::string(100, 'a'), budget));
  EXPECT_EQ(budget, 100U) << "not begun at all";
  EXPECT_TRUE(Wildcard("*.bin").matches("x.bin", budget));
  EXPECT_EQ(budget, 100U) << "what most rules look like costs nothing";
}

TEST(Attributes, AHostileFileCostsNoMoreThanTheBudget) {
  std::string line = "/", file;
  for (int i = 0; i < 500; ++i) line += "*a";
  for (int i = 0; i < 200; ++i) file += line + "b*c filter=lfs\n";
  const std::string path(4000, 'a');
  EXPECT_EQ(Attributes::parse(file + "*.bin filter=lfs\n").is_lfs("x.bin"), true);
  EXPECT_EQ(Attributes::parse(file).is_lfs(path + "c"), std::nullopt);
}

TEST(Attributes, TwentyThousandPlainPathsKeepTheirOrderAmongPatterns) {
  std::string file = "*.bin filter=lfs\n";
  for (int i = 0; i < 20'000; ++i) file += lfs_attribute_line("folder/file" + std::to_string(i));
  file += "folder/file7 -filter\nfile?8 !filter\nfolder/file18 filter=lfs\n";
  const auto attributes = Attributes::parse(file);
  for (int i = 0; i < 20'000; ++i) {
    const auto lfs = attributes.is_lfs("folder/file" + std::to_string(i));
    const bool taken_back = i >= 28 && i < 100 && i % 10 == 8;
    ASSERT_EQ(lfs, taken_back ? std::nullopt : std::optional(i != 7)) << i;
  }
}

}  // namespace
}  // namespace kohaku::git
