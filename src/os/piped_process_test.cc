#include "os/piped_process.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "os/scratch_directory.h"
#include "os/slots.h"

namespace kohaku::os {
namespace {

template <class T>
T wait_for(Task<T> task) {
  boost::asio::io_context loop;
  auto answer = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return answer.get();
}

ProcessOptions shell(std::string script, int timeout_seconds = 20) {
  return {.arguments = {"sh", "-c", std::move(script)}, .timeout_seconds = timeout_seconds};
}

struct Said {
  std::string output;
  ProcessResult end;
};

Task<Result<Said>> converse(ProcessOptions options, std::string input) {
  auto process = CO_TRY(co_await PipedProcess::start(std::move(options), std::nullopt));
  CO_TRY(co_await process.write(as_bytes(input)));
  process.end_input();
  Said said;
  std::vector<char> buffer(1000);
  while (const auto count = CO_TRY(co_await process.read(buffer))) {
    said.output.append(buffer.data(), count);
  }
  said.end = co_await process.finish();
  co_return said;
}

TEST(PipedProcess, TakesInputAndGivesOutputErrorsAndStatus) {
  const auto said = wait_for(converse(shell("cat; echo wrong >&2; exit 3"), "hello"));
  ASSERT_TRUE(said);
  EXPECT_EQ("hello", said->output);
  EXPECT_EQ("wrong\n", said->end.errors);
  EXPECT_EQ(3, said->end.exit_status);
}

TEST(PipedProcess, ErrorsWithoutEndDoNotStopIt) {
  const auto said = wait_for(converse(shell("yes | head -c 1000000 >&2; echo done"), ""));
  ASSERT_TRUE(said);
  EXPECT_EQ("done\n", said->output);
  EXPECT_EQ(std::size_t{64} << 10, said->end.errors.size());
}

Task<Result<Said>> read_file(File input) {
  auto process = CO_TRY(co_await PipedProcess::start(shell("cat"), std::move(input)));
  std::vector<char> buffer(100);
  Said said;
  while (const auto count = CO_TRY(co_await process.read(buffer))) {
    said.output.append(buffer.data(), count);
  }
  said.end = co_await process.finish();
  co_return said;
}

TEST(PipedProcess, ReadsAFileFromItsBeginning) {
  const auto scratch = ScratchDirectory::make("/tmp");
  ASSERT_TRUE(scratch);
  auto file = create_unnamed(scratch->path());
  ASSERT_TRUE(file && file->write_at(0, as_bytes("from a file")));
  const auto said = wait_for(read_file(std::move(*file)));
  ASSERT_TRUE(said);
  EXPECT_EQ("from a file", said->output);
}

Task<Result<>> feed_one_that_has_gone() {
  auto process = CO_TRY(co_await PipedProcess::start(shell("exec <&-; exit 5"), std::nullopt));
  const std::string much(4 << 20, 'x');
  co_return co_await process.write(as_bytes(much));
}

TEST(PipedProcess, WritingToOneThatReadsNoMoreFails) {
  std::signal(SIGPIPE, SIG_IGN);  // as the server has it
  const auto written = wait_for(feed_one_that_has_gone());
  ASSERT_FALSE(written);
  EXPECT_EQ(Code::unavailable, written.error().code);
}

TEST(PipedProcess, IsKilledWhenItSaysNothingForTooLong) {
  const auto said = wait_for(converse(shell("sleep 600", 1), ""));
  ASSERT_TRUE(said);
  EXPECT_EQ(128 + SIGKILL, said->end.exit_status);
}

Task<Result<std::string>> drop_after_first_line() {
  auto process =
      CO_TRY(co_await PipedProcess::start(shell("echo $$; sleep 600 & wait"), std::nullopt));
  std::vector<char> buffer(100);
  const auto count = CO_TRY(co_await process.read(buffer));
  co_return std::string(buffer.data(), count);
}

TEST(PipedProcess, EndsWithItsOwnerAndEverythingBelowIt) {
  const auto id = wait_for(drop_after_first_line());
  ASSERT_TRUE(id);
  // What was killed may still have to be reaped by init.
  const int group = -std::stoi(*id);
  for (int tries = 0; tries < 500 && ::kill(group, 0) == 0; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_NE(0, ::kill(group, 0));
}

TEST(PipedProcess, MemoryIsLimited) {
  auto options = shell("head -c 300000000 /dev/zero | tail -c 250000000 | wc -c");
  options.most_memory = 64 << 20;
  const auto said = wait_for(converse(std::move(options), ""));
  ASSERT_TRUE(said);
  EXPECT_NE("250000000\n", said->output);
}

Task<int> hold(Slots& slots, int& running, int& most) {
  const auto slot = co_await slots.wait();
  most = std::max(most, ++running);
  co_await suspend([](Resume resume) { resume(nullptr); });
  co_return running--;
}

TEST(Slots, KnowWhoWaits) {
  Slots slots(1);
  boost::asio::io_context loop;
  std::vector<Slots::Slot> held;
  const auto take = [&]() -> Task<void> { held.push_back(co_await slots.wait()); };
  EXPECT_EQ(0U, slots.use().taken);
  for (int i = 0; i < 3; ++i) boost::asio::co_spawn(loop, take(), boost::asio::detached);
  loop.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(1U, slots.use().taken);
  EXPECT_EQ(2U, slots.use().waiting);
  while (!held.empty()) {
    held.pop_back();
    loop.run_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(0U, slots.use().taken);
  EXPECT_EQ(0U, slots.use().waiting);
}

TEST(Slots, NoMoreThanSoManyAtOnce) {
  Slots slots(2);
  int running = 0;
  int most = 0;
  boost::asio::io_context loop;
  std::vector<std::future<int>> held;
  for (int i = 0; i < 9; ++i) {
    held.push_back(
        boost::asio::co_spawn(loop, hold(slots, running, most), boost::asio::use_future));
  }
  loop.run();
  for (auto& one : held) one.get();
  EXPECT_EQ(2, most);
  EXPECT_EQ(0, running);
}

}  // namespace
}  // namespace kohaku::os
