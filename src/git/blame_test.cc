#include "git/blame.h"

#include <sstream>

#include "git/history_fixture.h"

namespace kohaku::git {
namespace {

// Every line of a file is different, so that there is one answer only.
class BlameTest : public HistoryTest {
 protected:
  std::shared_ptr<Repository> make_versions() {
    git(root(), {"init", "-q", "work"});
    save("one\ntwo\nthree\nfour\nfive\n");
    save("zero\none\ntwo\nthree\nfour\nfive\n");
    git(work(), {"checkout", "-q", "-b", "side"});
    save("zero\none\ntwo\nthree\nFOUR\nfive\n");
    git(work(), {"checkout", "-q", "main"});
    save("zero\none\ntwo\n2.5\nthree\nfour\nfive\n");
    git(work(), {"merge", "-q", "--no-ff", "-m", "merge", "side"});
    save("zero\none\n2.5\nthree\nFOUR\nfive\nsix");
    write_file(work() / "binary", std::string("a\0b\n", 4));
    write_file(work() / "empty", "");
    git(work(), {"add", "-A"});
    git(work(), {"commit", "-q", "-m", "others"});
    git(work(), {"repack", "-q", "-a", "-d"});
    auto repository = make_repository();
    std::filesystem::copy(work() / ".git" / "objects" / "pack",
                          repository->directory() / "objects" / "pack",
                          std::filesystem::copy_options::recursive);
    return repository;
  }
  void save(const std::string& content) {
    write_file(work() / "f", content);
    git(work(), {"add", "-A"});
    git(work(), {"commit", "-q", "-m", "change"});
  }
};

// "{commit} {line then} {line now}" for each line, as git tells it.
std::string lines_of_porcelain(const std::string& porcelain) {
  std::string lines;
  std::istringstream in(porcelain);
  for (std::string line; std::getline(in, line);) {
    if (line.size() > 41 && Sha1::from_hex(line.substr(0, 40))) {
      std::istringstream words(line);
      std::string id, then, now;
      words >> id >> then >> now;
      lines += id + " " + then + " " + now + "\n";
    }
  }
  return lines;
}

std::string lines_of(const Blame& blame) {
  std::string lines;
  for (const auto& range : blame.lines) {
    for (std::size_t i = 0; i < range.count; ++i) {
      lines += range.commit.hex() + " " + std::to_string(range.original_first + i) + " " +
               std::to_string(range.first + i) + "\n";
    }
  }
  return lines;
}

TEST_F(BlameTest, IsThatOfGit) {
  const auto repository = make_versions();
  for (const std::string revision : {"main", "main~1", "main~2", "side"}) {
    const auto start = git_id(work(), {"rev-parse", revision});
    const auto ours = *blame(*repository, start, "f", {});
    EXPECT_TRUE(ours.complete);
    EXPECT_EQ(lines_of(ours),
              lines_of_porcelain(git(work(), {"blame", "--line-porcelain", revision, "--", "f"})))
        << revision;
  }
}

TEST_F(BlameTest, OfARandomHistoryIsThatOfGit) {
  const auto repository = make_history(60);
  int files = 0;
  for (const std::string path : {"0", "1", "2", "3", "a/0", "a/1", "a/b/2", "c/3", "c/4"}) {
    const auto ours = blame(*repository, head(), path, {});
    if (!ours) continue;
    ++files;
    const auto theirs = git(work(), {"blame", "--line-porcelain", "HEAD", "--", path});
    // git follows renames, which show in the file's name.
    if (theirs.find("filename " + path + "\n") != theirs.rfind("filename ")) continue;
    EXPECT_EQ(lines_of(*ours), lines_of_porcelain(theirs)) << path;
  }
  EXPECT_GT(files, 2);
}

TEST_F(BlameTest, SaysWhenItGaveUp) {
  const auto repository = make_versions();
  const auto few_commits = *blame(*repository, head(), "f", {.commits = 2});
  EXPECT_FALSE(few_commits.complete);
  std::size_t lines = 0;
  for (const auto& range : few_commits.lines) lines += range.count;
  EXPECT_EQ(lines, 7U);
  const auto few_bytes = *blame(*repository, head(), "f", {.read_bytes = 40});
  EXPECT_FALSE(few_bytes.complete);
}

TEST_F(BlameTest, OfWhatIsNoText) {
  const auto repository = make_versions();
  EXPECT_TRUE(blame(*repository, head(), "empty", {})->lines.empty());
  EXPECT_EQ(blame(*repository, head(), "binary", {}).error().code, Code::unprocessable);
  EXPECT_EQ(blame(*repository, head(), "none", {}).error().code, Code::entry_not_found);
  EXPECT_EQ(blame(*repository, head(), "", {}).error().code, Code::entry_not_found);
  EXPECT_EQ(blame(*repository, head(), "f", {.file_bytes = 3}).error().code,
            Code::payload_too_large);
}

}  // namespace
}  // namespace kohaku::git
