// A history with merges that git itself made, as a repository of ours.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "git/test_git.h"

namespace kohaku::git {

class HistoryTest : public GitTest {
 protected:
  // Random commits to three branches that merge each other, in a work tree; its packs are then ours.
  std::shared_ptr<Repository> make_history(int commits) {
    git(root(), {"init", "-q", "work"});
    for (int i = 0; i < commits; ++i) {
      const auto branch = branches_[random_() % branches_.size()];
      if (i > 0) {
        const bool is_new =
            try_git(work(), {"rev-parse", "-q", "--verify", branch}).exit_status != 0;
        git(work(), is_new ? std::vector<std::string>{"checkout", "-q", "-b", branch}
                           : std::vector<std::string>{"checkout", "-q", branch});
      }
      change_files(i);
      if (i > 3 && random_() % 4 == 0) merge(branches_[random_() % branches_.size()]);
    }
    for (const auto& branch : branches_) merge(branch);
    git(work(), {"repack", "-q", "-a", "-d"});
    auto repository = make_repository();
    std::filesystem::copy(work() / ".git" / "objects" / "pack",
                          repository->directory() / "objects" / "pack",
                          std::filesystem::copy_options::recursive);
    return repository;
  }

  os::Path work() const { return root() / "work"; }
  Sha1 head() { return git_id(work(), {"rev-parse", "HEAD"}); }

  const std::vector<std::string> folders_ = {".", "a", "a/b", "c"};

 private:
  void change_files(int number) {
    write_file(some_file(), std::to_string(number));
    if (random_() % 4 == 0) std::filesystem::remove(some_file());
    git(work(), {"add", "-A"});
    git(work(), {"commit", "-q", "--allow-empty", "-m", "c" + std::to_string(number)});
  }
  os::Path some_file() {
    return work() / folders_[random_() % folders_.size()] / std::to_string(random_() % 6);
  }
  // With conflicts left as git marks them.
  void merge(const std::string& branch) {
    if (try_git(work(), {"merge", "-q", "--no-ff", "-m", "merge", branch}).exit_status == 0) return;
    git(work(), {"add", "-A"});
    git(work(), {"commit", "-q", "--allow-empty", "-m", "merge"});
  }

  const std::vector<std::string> branches_ = {"main", "side", "other"};
  std::mt19937 random_{42};
};

}  // namespace kohaku::git
