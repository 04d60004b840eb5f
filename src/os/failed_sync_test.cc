#include "os/failed_sync.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "os/scratch_directory.h"

namespace {
std::atomic<int> sync_error = 0;
}  // namespace

// Takes the place of the C library's in this program.
extern "C" int fdatasync(int descriptor) {
  if (sync_error == 0) return static_cast<int>(syscall(SYS_fdatasync, descriptor));
  errno = sync_error;
  return -1;
}

namespace kohaku::os {
namespace {

TEST(FailedSync, EndsTheProcessButAnswersFirst) {
  const auto directory = ScratchDirectory::make(testing::TempDir()).value();
  const auto path = directory.path() / "precious";
  auto file = create_new(path).value();
  const auto sync_in_child = [&] {
    static std::atomic<bool> told = false;
    signal(SIGTERM, [](int) { told = true; });
    sync_error = EIO;
    const auto synced = file.sync();
    _exit(!synced && synced.error().code == Code::internal && told && sync_has_failed() ? 0 : 1);
  };
  EXPECT_EXIT(sync_in_child(), testing::ExitedWithCode(0), "A sync failed.*path=.*precious");
  EXPECT_FALSE(sync_has_failed());
}

TEST(FailedSync, FullDiskIsNoReasonToEnd) {
  const auto directory = ScratchDirectory::make(testing::TempDir()).value();
  auto file = create_new(directory.path() / "file").value();
  sync_error = ENOSPC;
  const auto synced = file.sync();
  sync_error = 0;
  ASSERT_FALSE(synced);
  EXPECT_EQ(Code::insufficient_storage, synced.error().code);
  EXPECT_FALSE(sync_has_failed());
  EXPECT_TRUE(file.sync());
}

}  // namespace
}  // namespace kohaku::os
