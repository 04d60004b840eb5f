// What the tests of this room share: a directory that goes away, and the real git at work in it.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "git/command.h"
#include "git/object.h"
#include "git/pack_writer.h"
#include "git/repository.h"
#include "os/files.h"
#include "os/process.h"

namespace kohaku::git {

class GitTest : public testing::Test {
 protected:
  GitTest() : root_(os::Path(testing::TempDir()) / ("git_" + random_text(12))) {
    EXPECT_TRUE(os::make_directories(root_));
  }
  ~GitTest() override { EXPECT_TRUE(os::remove_tree(root_)); }

  const os::Path& root() const { return root_; }

  // git in `directory`, as an author at a time that advances by a minute with each call.
  os::ProcessResult try_git(const os::Path& directory, std::vector<std::string> arguments,
                            std::string input = {}) {
    os::ProcessOptions options;
    options.arguments = {
        "git",           "-c", "init.defaultBranch=main",   "-c", "gc.auto=0", "-c",
        "user.name=Ada", "-c", "user.email=ada@example.org"};
    for (auto& argument : arguments) options.arguments.push_back(std::move(argument));
    options.environment = git_environment();
    time_ += 60;
    for (const auto* who : {"AUTHOR", "COMMITTER"}) {
      options.environment.push_back("GIT_" + std::string(who) + "_DATE=" + std::to_string(time_) +
                                    " +0100");
    }
    options.directory = directory;
    options.input = std::move(input);
    auto result = os::run_process(options);
    EXPECT_TRUE(result) << (result ? "" : result.error().detail);
    return result ? std::move(*result) : os::ProcessResult{.exit_status = -1};
  }

  // Its output, which must be a success, without the last line end.
  std::string git(const os::Path& directory, std::vector<std::string> arguments,
                  std::string input = {}) {
    auto result = try_git(directory, std::move(arguments), std::move(input));
    EXPECT_EQ(result.exit_status, 0) << result.errors;
    if (result.output.ends_with('\n')) result.output.pop_back();
    return result.output;
  }

  Sha1 git_id(const os::Path& directory, std::vector<std::string> arguments) {
    const auto text = git(directory, std::move(arguments));
    const auto id = Sha1::from_hex(text);
    EXPECT_TRUE(id) << text;
    return id.value_or(Sha1{});
  }

  static void write_file(const os::Path& path, std::string_view content) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }

  // An empty repository of ours and its reader.
  std::shared_ptr<Repository> make_repository(RepoId id = {7}) {
    if (!repositories_) repositories_ = std::move(*Repositories::open(root_ / "repositories"));
    EXPECT_TRUE(repositories_->create(id));
    return *repositories_->get(id);
  }
  Repositories& repositories() { return *repositories_; }

  // A writer that stages in the repository.
  static PackWriter writer_for(const Repository& repository) {
    auto writer = PackWriter::create(repository.directory() / "staging");
    EXPECT_TRUE(writer) << writer.error().detail;
    return std::move(*writer);
  }

  static Commit commit_of(const Sha1& tree, std::vector<Sha1> parents, std::string message,
                          std::int64_t seconds) {
    const Signature who{.name = "Ada",
                        .email = "ada@example.org",
                        .time = Micros::from_seconds(seconds),
                        .offset_minutes = 60};
    return {.tree = tree,
            .parents = std::move(parents),
            .author = who,
            .committer = who,
            .message = std::move(message)};
  }

 private:
  os::Path root_;
  std::int64_t time_ = 1'700'000'000;
  std::unique_ptr<Repositories> repositories_;
};

}  // namespace kohaku::git
