#include "base/repo_path.h"

#include <gtest/gtest.h>

#include <vector>

namespace kohaku {
namespace {

TEST(RepoPath, OrdinaryAndStrangePathsPass) {
  for (const auto* path : {"README.md",   "a/b/c.txt",
                           "with space",  " leading",
                           "a#b?c%d+e&f", "日本語/モデル.bin",
                           "...",         "..a",
                           "a..",         ".gitattributes",
                           ".gitignore",  ".github/x",
                           "git",         "a/.gitkeep",
                           "C:/x",        "-rf",
                           "$(id)",       "~",
                           "con",         "a:b",
                           "git~2",       "😀"}) {
    const auto parsed = RepoPath::parse(path);
    ASSERT_TRUE(parsed) << path << ": " << parsed.error().message;
    EXPECT_EQ(path, parsed->text());
  }
  EXPECT_TRUE(RepoPath::parse(std::string(255, 'a')));
}

TEST(RepoPath, WhatCouldEscapeOrBreakATreeIsRefused) {
  const std::vector<std::string> paths = {"",
                                          "/",
                                          "/etc/passwd",
                                          "a/",
                                          "a//b",
                                          ".",
                                          "..",
                                          "../a",
                                          "a/../b",
                                          "a/./b",
                                          "a/..",
                                          "..\\a",
                                          "a\\b",
                                          {"a\0b", 3},
                                          "a\nb",
                                          "a\x7f",
                                          "\x01",
                                          ".git",
                                          ".GIT",
                                          "a/.git",
                                          ".Git/config",
                                          ".git/hooks",
                                          ".git.",
                                          ".git ",
                                          ".git. .",
                                          "git~1",
                                          "GIT~1/x",
                                          ".git::$INDEX_ALLOCATION",
                                          ".git:x",
                                          ".g\u200cit",
                                          "\ufeff.git",
                                          ".gi\u202et",
                                          "\xff",
                                          "a/\xc0\xae\xc0\xae/b",
                                          "\xed\xa0\x80"};
  for (const auto& path : paths) {
    const auto parsed = RepoPath::parse(path);
    ASSERT_FALSE(parsed) << path;
    EXPECT_EQ(Code::unprocessable, parsed.error().code) << path;
    EXPECT_TRUE(is_utf8(parsed.error().message));
  }
}

TEST(RepoPath, LengthsAreLimited) {
  EXPECT_FALSE(RepoPath::parse(std::string(256, 'a')));
  std::string deep = "a";
  while (deep.size() < 4095) deep += "/a";
  EXPECT_TRUE(RepoPath::parse(deep + "b"));
  EXPECT_EQ(4096u, (deep + "b").size());
  EXPECT_FALSE(RepoPath::parse(deep + "bc"));
}

TEST(RepoPath, KnowsItsParts) {
  const auto nested = RepoPath::parse("a/b/c").value();
  EXPECT_EQ("a/b", nested.directory());
  EXPECT_EQ("c", nested.name());
  const auto root = RepoPath::parse("c").value();
  EXPECT_EQ("", root.directory());
  EXPECT_EQ("c", root.name());
}

TEST(RepoPath, FoldersMayBeTheRoot) {
  EXPECT_EQ("", parse_folder(""));
  EXPECT_EQ("", parse_folder("/"));
  EXPECT_EQ("a/b", parse_folder("a/b/"));
  EXPECT_EQ("a/b", parse_folder("a/b"));
  for (const auto* folder : {"/a", "a//", "..", "a/../b", ".git/", "a\\"}) {
    EXPECT_FALSE(parse_folder(folder)) << folder;
  }
}

TEST(RepoPath, Utf8IsChecked) {
  for (const auto* good :
       {"", "a", "é", "\u07ff", "\u0800", "\uffff", "\U00010000", "\U0010ffff"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const auto* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3",
                          "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xfe", "a\xff"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace kohaku
