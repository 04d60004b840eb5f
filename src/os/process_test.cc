#include "os/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "os/scratch_directory.h"

namespace kohaku::os {
namespace {

ProcessOptions shell(std::string script) {
  return {.arguments = {"sh", "-c", std::move(script)}, .timeout_seconds = 20};
}

TEST(Process, CollectsBothOutputsAndTheStatus) {
  const auto result = run_process(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result);
  EXPECT_EQ("out\n", result->output);
  EXPECT_EQ("err\n", result->errors);
  EXPECT_EQ(3, result->exit_status);
  EXPECT_EQ(128 + SIGSEGV, run_process(shell("kill -SEGV $$"))->exit_status);
}

TEST(Process, FeedsAndReadsMoreThanAPipeHolds) {
  std::string input;
  for (int i = 0; i < 200'000; ++i) input += std::to_string(i) + "\n";
  const auto result = run_process({.arguments = {"cat"}, .input = input, .timeout_seconds = 20});
  ASSERT_TRUE(result);
  EXPECT_EQ(input, result->output);
}

TEST(Process, ChildNeedNotReadItsInput) {
  const auto result = run_process(
      {.arguments = {"true"}, .input = std::string(1 << 20, 'x'), .timeout_seconds = 20});
  ASSERT_TRUE(result);
  EXPECT_EQ(0, result->exit_status);
  EXPECT_EQ("", run_process({.arguments = {"cat"}, .timeout_seconds = 20})->output);
}

TEST(Process, InheritsPathAndNothingElse) {
  setenv("KOHAKU_SECRET", "x", 1);
  auto options = ProcessOptions{.arguments = {"env"}, .environment = {"A=b c", "PATH=/evil"}};
  const auto result = run_process(options);
  unsetenv("KOHAKU_SECRET");
  ASSERT_TRUE(result);
  EXPECT_EQ("PATH=" + std::string(getenv("PATH")) + "\nA=b c\n", result->output);
}

TEST(Process, InheritsNoDescriptor) {
  const int leak = ::open("/dev/null", O_RDONLY);  // as a library might, without O_CLOEXEC
  const auto result = run_process(shell("ls /proc/self/fd | wc -l"));
  ::close(leak);
  ASSERT_TRUE(result);
  EXPECT_EQ("4\n", result->output) << "the three, and the one that reads the list";
}

TEST(Process, RunsWhereItIsTold) {
  const auto directory = ScratchDirectory::make(testing::TempDir()).value();
  const auto result = run_process({.arguments = {"pwd"}, .directory = directory.path()});
  ASSERT_TRUE(result);
  EXPECT_EQ(std::filesystem::canonical(directory.path()).native() + "\n", result->output);
}

TEST(Process, ArgumentsAreNotInterpreted) {
  const auto result = run_process({.arguments = {"printf", "%s|", "a b", "$(id)", "*", ""}});
  ASSERT_TRUE(result);
  EXPECT_EQ("a b|$(id)|*||", result->output);
}

TEST(Process, MissingProgramIsAFailure) {
  const auto result = run_process({.arguments = {"no-such-program-anywhere"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(Code::internal, result.error().code);
  EXPECT_NE(result.error().detail.find("no-such-program"), std::string::npos);
}

TEST(Process, DeadlineKillsItAndWhatItStarted) {
  const auto directory = ScratchDirectory::make(testing::TempDir()).value();
  const auto began = std::chrono::steady_clock::now();
  auto options = shell("sleep 60 & echo $! > id; wait");
  options.directory = directory.path();
  options.timeout_seconds = 1;
  const auto result = run_process(options);
  ASSERT_FALSE(result);
  EXPECT_EQ(Code::internal, result.error().code);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  const auto id = std::stoi(read_whole(directory.path() / "id", 100).value());
  // Killed, though perhaps not yet reaped by its new parent.
  for (int i = 0; i < 100; ++i) {
    const auto status = read_whole("/proc/" + std::to_string(id) + "/stat", 4096);
    if (!status || status->find(") Z ") != std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  FAIL() << "the grandchild still runs";
}

TEST(Process, GrandchildCannotHoldItUp) {
  const auto began = std::chrono::steady_clock::now();
  const auto result = run_process(shell("sleep 60 & echo started"));
  ASSERT_TRUE(result);
  EXPECT_EQ("started\n", result->output);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST(Process, TooMuchOutputIsAFailureTooManyErrorsAreCut) {
  auto options = shell("head -c 2000 /dev/zero");
  options.most_output = 2000;
  EXPECT_EQ(2000u, run_process(options)->output.size());
  options.most_output = 1999;
  EXPECT_FALSE(run_process(options));

  const auto result = run_process(shell("head -c 100000 /dev/zero >&2; echo end"));
  ASSERT_TRUE(result);
  EXPECT_EQ(65536u, result->errors.size());
  EXPECT_EQ("end\n", result->output);
}

TEST(Process, ManyAtOnceFromManyThreads) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      for (int i = 0; i < 25; ++i) {
        const auto text = std::to_string(thread * 100 + i);
        const auto result =
            run_process({.arguments = {"cat"}, .input = text, .timeout_seconds = 20});
        ASSERT_TRUE(result);
        EXPECT_EQ(text, result->output);
      }
    });
  }
  threads.clear();
  EXPECT_LT(list("/proc/self/fd")->size(), 30u);
}

}  // namespace
}  // namespace kohaku::os
