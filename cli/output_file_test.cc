#include "cli/output_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "os/scratch_directory.h"

namespace kohaku::cli {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public ::testing::Test {
 protected:
  std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::ptrdiff_t files() {
    return std::distance(fs::directory_iterator(directory_), fs::directory_iterator());
  }

  os::ScratchDirectory scratch_ = *os::ScratchDirectory::make(fs::temp_directory_path());
  fs::path directory_ = scratch_.path();
};

TEST_F(OutputFileTest, WritesAndReplaces) {
  ASSERT_TRUE(write_output(directory_ / "stats.csv", "a"));
  EXPECT_EQ(read(directory_ / "stats.csv"), "a");
  ASSERT_TRUE(write_output(directory_ / "stats.csv", "bc"));
  EXPECT_EQ(read(directory_ / "stats.csv"), "bc");
  EXPECT_EQ(files(), 1);
}

TEST_F(OutputFileTest, KeepsPermissionsAndLinks) {
  ASSERT_TRUE(write_output(directory_ / "real.csv", "a"));
  fs::permissions(directory_ / "real.csv", fs::perms(0640));
  fs::create_symlink("real.csv", directory_ / "link.csv");
  ASSERT_TRUE(write_output(directory_ / "link.csv", "b"));
  EXPECT_TRUE(fs::is_symlink(directory_ / "link.csv"));
  EXPECT_EQ(read(directory_ / "real.csv"), "b");
  EXPECT_EQ(fs::status(directory_ / "real.csv").permissions(), fs::perms(0640));
}

TEST_F(OutputFileTest, LeavesNoHalfFileWhenItFails) {
  const auto into_directory = write_output(directory_, "a");
  ASSERT_FALSE(into_directory);
  EXPECT_EQ(into_directory.error().code, Code::insufficient_storage);
  EXPECT_NE(into_directory.error().message.find("Is a directory"), std::string::npos);
  const auto missing = write_output(directory_ / "no" / "stats.csv", "a");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("stats.csv could not be written: No such file"),
            std::string::npos);
  EXPECT_EQ(files(), 0);
}

TEST_F(OutputFileTest, KeepsWhatWasThereWhenTheSpaceRunsOut) {
  ASSERT_TRUE(write_output(directory_ / "stats.csv", "before"));
  // The limit of a file's size stands for a full disk.
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &usual), 0);
  const rlimit small{.rlim_cur = 10, .rlim_max = usual.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = write_output(directory_ / "stats.csv", std::string(100, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &usual);
  (void)std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(written);
  EXPECT_EQ(read(directory_ / "stats.csv"), "before");
  EXPECT_EQ(files(), 1);
}

TEST_F(OutputFileTest, WritesToDevicesAsTheyAre) {
  EXPECT_TRUE(write_output("/dev/null", "a"));
  EXPECT_FALSE(write_output("/dev/full", "a"));
}

}  // namespace
}  // namespace kohaku::cli
