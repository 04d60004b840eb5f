#include "os/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "os/clock.h"
#include "os/scratch_directory.h"

namespace kohaku::os {
namespace {

class FilesTest : public testing::Test {
 protected:
  Path at(std::string_view name) const { return directory_.path() / name; }
  std::string text(std::string_view name) const { return read_whole(at(name), 1 << 20).value(); }

  ScratchDirectory directory_ = *ScratchDirectory::make(testing::TempDir());
};

TEST_F(FilesTest, WritesAndReads) {
  auto file = create_new(at("a")).value();
  ASSERT_TRUE(file.append(as_bytes("hello")));
  ASSERT_TRUE(file.append(as_bytes(" world")));
  ASSERT_TRUE(file.write_at(6, as_bytes("W")));
  ASSERT_TRUE(file.sync());
  EXPECT_EQ(11u, file.size());
  std::array<std::byte, 20> buffer;
  EXPECT_EQ(5u, file.read_at(6, buffer));
  EXPECT_EQ("World", as_text(Bytes(buffer).first(5)));
  EXPECT_EQ(0u, file.read_at(11, buffer));
  ASSERT_TRUE(file.truncate(4));
  EXPECT_EQ("hell", text("a"));
  EXPECT_EQ(std::filesystem::perms(0600), std::filesystem::status(at("a")).permissions());
}

TEST_F(FilesTest, SaysHowItFailed) {
  EXPECT_EQ(Code::not_found, open_for_reading(at("missing")).error().code);
  EXPECT_NE(open_for_reading(at("missing")).error().detail.find("missing"), std::string::npos);
  EXPECT_EQ(open_for_reading(at("missing")).error().message.find("missing"), std::string::npos);
  ASSERT_TRUE(create_new(at("a")));
  EXPECT_EQ(Code::conflict, create_new(at("a")).error().code);
  EXPECT_EQ(Code::internal, open_for_reading(at("a/b")).error().code);
  EXPECT_EQ(Code::not_found, list(at("missing")).error().code);
  EXPECT_EQ(Code::not_found, os::rename(at("missing"), at("b")).error().code);
}

TEST_F(FilesTest, FullDiskIsNamedSo) {
  auto file = create_new(at("a")).value();
  const auto before = signal(SIGXFSZ, SIG_IGN);
  rlimit whole{};
  getrlimit(RLIMIT_FSIZE, &whole);
  const rlimit small{100'000, whole.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto written = file.append(as_bytes(std::string(200'000, 'x')));
  setrlimit(RLIMIT_FSIZE, &whole);
  signal(SIGXFSZ, before);
  ASSERT_FALSE(written);
  EXPECT_EQ(Code::insufficient_storage, written.error().code);

  auto full = open_for_writing("/dev/full");
  ASSERT_TRUE(full);
  EXPECT_EQ(Code::insufficient_storage, full->append(as_bytes("x")).error().code);
}

TEST_F(FilesTest, NothingIsInherited) {
  const auto file = create_new(at("a")).value();
  const auto unnamed = create_unnamed(directory_.path()).value();
  const auto lock = lock_exclusively(at("lock")).value();
  for (const auto* open : {&file, &unnamed, &lock}) {
    EXPECT_NE(0, fcntl(open->descriptor(), F_GETFD) & FD_CLOEXEC);
  }
}

TEST_F(FilesTest, UnnamedHasNoName) {
  auto file = create_unnamed(directory_.path()).value();
  ASSERT_TRUE(file.append(as_bytes("x")));
  EXPECT_EQ(1u, file.size());
  EXPECT_TRUE(list(directory_.path())->empty());
}

TEST_F(FilesTest, MovedFileIsClosedOnce) {
  auto a = create_new(at("a")).value();
  const int descriptor = a.descriptor();
  {
    File b = std::move(a);
    EXPECT_EQ(descriptor, b.descriptor());
    EXPECT_EQ(-1, a.descriptor());
  }
  EXPECT_EQ(-1, fcntl(descriptor, F_GETFD));
}

TEST_F(FilesTest, ReadWholeHasALimit) {
  ASSERT_TRUE(replace_durably(at("a"), as_bytes(std::string(10'000, 'x'))));
  EXPECT_EQ(std::string(10'000, 'x'), read_whole(at("a"), 10'000));
  EXPECT_FALSE(read_whole(at("a"), 9'999));
  const auto status = read_whole("/proc/self/status", 1 << 20);
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->starts_with("Name:")) << "a file that says it is empty";
  EXPECT_FALSE(read_whole("/proc/self/status", 10));
}

TEST_F(FilesTest, ReplacesAndLeavesNothingBeside) {
  ASSERT_TRUE(replace_durably(at("a"), as_bytes("old")));
  ASSERT_TRUE(replace_durably(at("a"), as_bytes("new")));
  EXPECT_EQ("new", text("a"));
  EXPECT_FALSE(replace_durably(at("missing/a"), as_bytes("x")));
  ASSERT_TRUE(make_directories(at("directory")));
  EXPECT_FALSE(replace_durably(at("directory"), as_bytes("x")));
  EXPECT_EQ(2u, list(directory_.path())->size());
}

TEST_F(FilesTest, MakesAndRemovesTrees) {
  ASSERT_TRUE(make_directories(at("a/b/c/")));
  ASSERT_TRUE(make_directories(at("a/b")));
  EXPECT_TRUE(std::filesystem::is_directory(at("a/b/c")));
  ASSERT_TRUE(replace_durably(at("a/b/file"), as_bytes("x")));
  EXPECT_FALSE(make_directories(at("a/b/file"))) << "a file is in the way";
  EXPECT_FALSE(make_directories(at("a/b/file/d")));
  ASSERT_TRUE(remove_tree(at("a")));
  EXPECT_FALSE(os::exists(at("a")));
  EXPECT_TRUE(remove_tree(at("a")));
  EXPECT_TRUE(remove_file(at("a")));
}

TEST_F(FilesTest, ListsByName) {
  ASSERT_TRUE(replace_durably(at("b"), as_bytes("123")));
  ASSERT_TRUE(make_directories(at("a")));
  std::filesystem::create_symlink("nowhere", at("c"));
  const auto entries = list(directory_.path()).value();
  ASSERT_EQ(3u, entries.size());
  EXPECT_EQ("a", entries[0].name);
  EXPECT_TRUE(entries[0].is_directory);
  EXPECT_EQ(3u, entries[1].size);
  EXPECT_FALSE(entries[2].is_directory);
  EXPECT_LT(std::abs(entries[1].modified.value - SystemClock().now().value), 60'000'000);
}

TEST_F(FilesTest, LinksAndRenames) {
  ASSERT_TRUE(replace_durably(at("a"), as_bytes("x")));
  ASSERT_TRUE(hard_link(at("a"), at("b")));
  EXPECT_EQ(Code::conflict, hard_link(at("a"), at("b")).error().code);
  ASSERT_TRUE(os::rename(at("a"), at("c")));
  ASSERT_TRUE(sync_directory(directory_.path()));
  EXPECT_FALSE(os::exists(at("a")));
  EXPECT_EQ("x", text("b"));
  EXPECT_EQ("x", text("c"));
}

TEST_F(FilesTest, LockIsExclusiveUntilItsEnd) {
  {
    const auto held = lock_exclusively(at("lock"));
    ASSERT_TRUE(held);
    EXPECT_EQ(Code::unavailable, lock_exclusively(at("lock")).error().code);
  }
  EXPECT_TRUE(lock_exclusively(at("lock")));
}

TEST_F(FilesTest, KnowsTheFreeSpace) {
  EXPECT_GT(free_bytes(directory_.path()).value(), 0u);
  EXPECT_EQ(Code::not_found, free_bytes(at("missing")).error().code);
}

TEST_F(FilesTest, ScratchDirectoryGoesWithItsOwner) {
  Path path;
  {
    auto scratch = ScratchDirectory::make(directory_.path()).value();
    path = scratch.path();
    ASSERT_TRUE(replace_durably(path / "x", as_bytes("x")));
    const auto moved = std::move(scratch);
    EXPECT_TRUE(os::exists(path));
  }
  EXPECT_FALSE(os::exists(path));
}

}  // namespace
}  // namespace kohaku::os
