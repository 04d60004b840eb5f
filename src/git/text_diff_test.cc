#include "git/text_diff.h"

#include <random>
#include <regex>

#include "git/line_match.h"
#include "git/test_git.h"
#include "git/text_merge.h"

namespace kohaku::git {
namespace {

constexpr std::size_t enough = 1 << 20;

std::string numbered(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST(LineMatch, RunsAreLongAndAscending) {
  const auto before = split_lines("a\nb\nc\nd\n");
  const auto after = split_lines("a\nx\nc\nd\ne");
  EXPECT_EQ(match_lines(before, after), (std::vector<EqualLines>{{0, 0, 1}, {2, 2, 2}}));
  EXPECT_EQ(match_lines(before, before), (std::vector<EqualLines>{{0, 0, 4}}));
  EXPECT_TRUE(match_lines(before, {}).empty());
  EXPECT_TRUE(match_lines({}, {}).empty());
}

TEST(LineMatch, ALineWithoutItsFeedIsAnotherLine) {
  EXPECT_EQ(split_lines("a\n\nb"), (Lines{"a\n", "\n", "b"}));
  EXPECT_EQ(match_lines(split_lines("a\nb"), split_lines("a\nb\n")),
            (std::vector<EqualLines>{{0, 0, 1}}));
}

TEST(LineMatch, TextsTooFarApartMatchAtTheirEnds) {
  std::string before;
  std::string after;
  for (int i = 0; i < 9000; ++i) {
    before += std::to_string(i % 7) + "\n";
    after += std::to_string((i * i + i / 3) % 7) + "\n";
  }
  const auto runs =
      match_lines(split_lines("begin\n" + before + "end"), split_lines("begin\n" + after + "end"));
  ASSERT_GE(runs.size(), 2U);
  EXPECT_EQ(runs.front().before, 0U);
  EXPECT_EQ(runs.back().before + runs.back().count, 9002U);
}

TEST(LineMatch, TextsOfTooManyLinesAreNotTakenApart) {
  const std::string most(most_lines, '\n');
  EXPECT_TRUE(unified_diff(most, most + "a", enough).complete);
  const auto too_many = most + "\n";
  const auto diff = unified_diff(too_many, too_many + "a", enough);
  EXPECT_FALSE(diff.complete);
  EXPECT_EQ(diff.hunks, "");
  EXPECT_FALSE(merge_texts(too_many, too_many, too_many + "a"));
}

TEST(TextDiff, EqualTextsHaveNone) {
  EXPECT_EQ(unified_diff("a\n", "a\n", enough).hunks, "");
  EXPECT_EQ(unified_diff("", "", enough).hunks, "");
}

TEST(TextDiff, ShowsThreeLinesAround) {
  EXPECT_EQ(unified_diff(numbered(1, 9), numbered(1, 4) + "five\n" + numbered(6, 9), enough).hunks,
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(TextDiff, NewAndRemovedTexts) {
  EXPECT_EQ(unified_diff("", "a\n", enough).hunks, "@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a\nb\n", "", enough).hunks, "@@ -1,2 +0,0 @@\n-a\n-b\n");
}

TEST(TextDiff, SaysWhereALineFeedIsMissing) {
  EXPECT_EQ(unified_diff("a", "a\n", enough).hunks,
            "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST(TextDiff, IsCutBetweenHunks) {
  const auto before = numbered(1, 100);
  const auto after = "zero\n" + numbered(1, 49) + numbered(51, 100);
  const auto whole = unified_diff(before, after, enough);
  EXPECT_TRUE(whole.complete);
  const auto second = whole.hunks.find("@@ -47");
  ASSERT_NE(second, std::string::npos);
  const auto cut = unified_diff(before, after, whole.hunks.size() - 1);
  EXPECT_FALSE(cut.complete);
  EXPECT_EQ(cut.hunks, whole.hunks.substr(0, second));
}

TEST(TextMerge, TakesTheChangesOfBothSides) {
  const auto base = numbered(1, 9);
  EXPECT_EQ(merge_texts(base, "zero\n" + base, base + "ten\n"), "zero\n" + base + "ten\n");
  EXPECT_EQ(merge_texts("a\nb\nc\n", "a\nB\nc\n", "a\nb\nc\n"), "a\nB\nc\n");
  EXPECT_EQ(merge_texts("a\nb\nc\n", "a\nb\nc\n", "a\nc\n"), "a\nc\n");
  EXPECT_EQ(merge_texts("a\nb\n", "a\nx\n", "a\nx\n"), "a\nx\n");
  EXPECT_EQ(merge_texts("", "", "new\n"), "new\n");
}

TEST(TextMerge, RefusesTwoChangesOfOnePlace) {
  EXPECT_FALSE(merge_texts("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n"));
  EXPECT_FALSE(merge_texts("a\nb\nc\n", "a\nc\n", "a\ny\nc\n"));
  EXPECT_FALSE(merge_texts("a\nb\n", "A\nb\n", "a\nB\n"));  // they touch
  EXPECT_FALSE(merge_texts("", "x\n", "y\n"));
}

class TextGitTest : public GitTest {
 protected:
  // Few different lines, so that many ways lead from one text to the other.
  std::string random_text_of(int most_lines) {
    std::string text;
    const auto lines = random_() % static_cast<unsigned>(most_lines);
    for (unsigned i = 0; i < lines; ++i) text += std::string(1, "abcdef"[random_() % 6]) + "\n";
    if (!text.empty() && random_() % 4 == 0) text.pop_back();
    return text;
  }
  std::string change(const std::string& text, const std::string& mark = {}) {
    std::string changed;
    for (const auto line : split_lines(text)) {
      const auto dice = random_() % 12;
      if (dice == 0) continue;
      const auto name = mark.empty() ? random_() % 3 : changed.size();
      if (dice == 1) changed += "new " + mark + " " + std::to_string(name) + "\n";
      changed += line;
    }
    return changed;
  }

  static constexpr int rounds_ = 60;
  std::mt19937 random_{7};
};

TEST_F(TextGitTest, GitAppliesWhatItFinds) {
  git(root(), {"init", "-q", "work"});
  const auto work = root() / "work";
  for (int round = 0; round < rounds_; ++round) {
    const auto before = random_text_of(30);
    const auto after = round % 2 == 0 ? change(before) : random_text_of(30);
    const auto hunks = unified_diff(before, after, enough).hunks;
    if (before == after || before.empty() || after.empty()) continue;
    write_file(work / "f", before);
    git(work, {"apply", "-"}, "--- a/f\n+++ b/f\n" + hunks);
    EXPECT_EQ(*os::read_whole(work / "f", enough), after) << hunks;
  }
}

// Where no line is there twice, there is one shortest diff.
TEST_F(TextGitTest, DiffsAreThoseOfGit) {
  static const std::regex heading("@@ (.*) @@.*");
  for (int round = 0; round < rounds_; ++round) {
    auto base = numbered(1, 60);
    write_file(root() / "before", base);
    auto after = change(base, std::to_string(round));
    if (round % 3 == 0) after.pop_back();
    write_file(root() / "after", after);
    const auto theirs = try_git(root(), {"diff", "--no-index", "before", "after"}).output;
    const auto hunks = theirs.find("@@");
    EXPECT_EQ(unified_diff(base, after, enough).hunks,
              hunks == theirs.npos ? std::string()
                                   : std::regex_replace(theirs.substr(hunks), heading, "@@ $1 @@"));
  }
}

TEST_F(TextGitTest, DiffsAreAsShortAsThoseOfGit) {
  for (int round = 0; round < rounds_; ++round) {
    const auto before = random_text_of(60);
    const auto after = round % 2 == 0 ? change(before) : random_text_of(60);
    write_file(root() / "before", before);
    write_file(root() / "after", after);
    const auto theirs =
        try_git(root(), {"diff", "--no-index", "--minimal", "--numstat", "before", "after"}).output;
    std::size_t added = 0;
    std::size_t removed = 0;
    for (const auto line : split_lines(unified_diff(before, after, enough).hunks)) {
      if (line.starts_with('+')) ++added;
      if (line.starts_with('-')) ++removed;
    }
    const auto ours = std::to_string(added) + "\t" + std::to_string(removed) + "\t";
    EXPECT_EQ(theirs.empty() ? "0\t0\t" : theirs.substr(0, ours.size()), ours) << before << after;
  }
}

TEST_F(TextGitTest, MergesAsGitDoes) {
  int clean = 0;
  for (int round = 0; round < rounds_; ++round) {
    std::string base = numbered(1, 20);
    const auto ours = change(base);
    const auto theirs = change(base);
    write_file(root() / "base", base);
    write_file(root() / "ours", ours);
    write_file(root() / "theirs", theirs);
    const auto result = try_git(root(), {"merge-file", "-p", "ours", "base", "theirs"});
    const auto merged = merge_texts(base, ours, theirs);
    if (result.exit_status == 0) {
      ASSERT_TRUE(merged) << ours << "|" << theirs;
      EXPECT_EQ(*merged, result.output);
      ++clean;
    }
    // Where git finds a conflict, so do we, but for equal insertions, which git looks into.
    if (result.exit_status > 0 && merged) EXPECT_EQ(*merged, "no conflict") << result.output;
  }
  EXPECT_GT(clean, 5);
}

}  // namespace
}  // namespace kohaku::git
