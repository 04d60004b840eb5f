// What the disk and the kernel can do to a database: death, no space, a failed sync.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <future>
#include <set>

#include "db/database_fixture.h"
#include "os/failed_sync.h"

namespace {
std::atomic<bool> sync_fails = false;

int sync_or_fail(long call, int descriptor) {
  if (!sync_fails) return static_cast<int>(syscall(call, descriptor));
  errno = EIO;
  return -1;
}
}  // namespace

// These take the place of the C library's in this program.
extern "C" int fsync(int descriptor) { return sync_or_fail(SYS_fsync, descriptor); }
extern "C" int fdatasync(int descriptor) { return sync_or_fail(SYS_fdatasync, descriptor); }

namespace kohaku::db {
namespace {

// In a child process: writes without end and says on the descriptor what was acknowledged.
[[noreturn]] void write_until_killed(const std::string& path, int said, int cycle) {
  auto database = open_notes(path);
  if (!database) _exit(1);
  std::vector<std::jthread> writers;
  writers.reserve(4);
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0;; ++i) {
        const int number = (cycle * 10 + writer) * 1'000'000 + i;
        const auto name = std::to_string(number);
        // Two rows: both are there, or neither.
        auto written = (*database)->write_now([&](Connection& c) -> Result<> {
          TRY(insert_note(c, name));
          TRY(insert_note(c, name + " again", std::string(5000, 'x')));
          return {};
        });
        if (!written || ::write(said, &number, sizeof number) != sizeof number) _exit(1);
      }
    });
  }
  pause();
  _exit(1);
}

std::set<int> kill_in_the_middle(const std::string& path, int cycle) {
  std::array<int, 2> ends{};
  EXPECT_EQ(0, pipe2(ends.data(), O_CLOEXEC));
  const pid_t child = fork();
  if (child == 0) write_until_killed(path, ends[1], cycle);
  close(ends[1]);
  std::set<int> acknowledged;
  int number = 0;
  while (acknowledged.size() < 100U + static_cast<unsigned>(cycle) * 17U &&
         read(ends[0], &number, sizeof number) == sizeof number) {
    acknowledged.insert(number);
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(ends[0], &number, sizeof number) == sizeof number) acknowledged.insert(number);
  close(ends[0]);
  return acknowledged;
}

class DatabaseFaults : public DatabaseTest {};

TEST_F(DatabaseFaults, KilledAtAnyMomentItKeepsWhatItAcknowledged) {
  database_.reset();
  std::set<int> acknowledged;
  for (int cycle = 0; cycle < 8; ++cycle) {
    acknowledged.merge(kill_in_the_middle(path_, cycle));
    database_ = *open_notes(path_);
    auto names = database_->read_now(
        [](Connection& c) { return c.sql("SELECT name FROM note").all<std::string>(); });
    ASSERT_TRUE(names);
    std::set<std::string> present;
    for (auto& [name] : *names) present.insert(std::move(name));
    for (const int number : acknowledged) {
      ASSERT_TRUE(present.contains(std::to_string(number)));
      ASSERT_TRUE(present.contains(std::to_string(number) + " again"));
    }
    ASSERT_EQ(0u, present.size() % 2) << "half a transaction";
    auto check = database_->read_now(
        [](Connection& c) { return c.sql("PRAGMA integrity_check").first<std::string>(); });
    ASSERT_EQ("ok", std::get<0>(**check));
    database_.reset();
  }
  EXPECT_GT(acknowledged.size(), 800u);
}

// The largest file this process may write, as a disk that is full; undone at the end.
class SizeLimit {
 public:
  explicit SizeLimit(std::uint64_t most) {
    before_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &whole_);
    const rlimit small{most, whole_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SizeLimit() {
    setrlimit(RLIMIT_FSIZE, &whole_);
    signal(SIGXFSZ, before_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit whole_{};
  void (*before_)(int) = nullptr;
};

TEST_F(DatabaseFaults, JobTooLargeForTheDiskFailsAlone) {
  ASSERT_TRUE(insert("before"));
  std::vector<std::future<Result<std::int64_t>>> small;
  std::future<Result<std::int64_t>> large;
  {
    const SizeLimit limit(2 << 20);
    {
      const Hold hold(*database_);
      for (int i = 0; i < 8; ++i) {
        small.push_back(
            std::async(std::launch::async, [this, i] { return insert(std::to_string(i)); }));
        if (i == 3) {
          large = std::async(std::launch::async,
                             [this] { return insert("large", std::string(4 << 20, 'x')); });
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    auto refused = large.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(Code::insufficient_storage, refused.error().code) << refused.error().detail;
    for (auto& answer : small) EXPECT_TRUE(answer.get());
    EXPECT_EQ(9, count());
  }
  EXPECT_TRUE(insert("large", std::string(4 << 20, 'x'))) << "space has returned";
  EXPECT_EQ(10, count());
}

// A job that outgrows the page cache meets the full disk before its commit, and the whole
// transaction is gone with it.
TEST_F(DatabaseFaults, TransactionLostInTheMiddleIsRunAgainWithoutTheCulprit) {
  std::vector<std::future<Result<std::int64_t>>> small;
  std::future<Result<>> large;
  {
    const SizeLimit limit(2 << 20);
    {
      const Hold hold(*database_);
      small.push_back(std::async(std::launch::async, [this] { return insert("a"); }));
      large = std::async(std::launch::async, [this] {
        return database_->write_now([](Connection& c) -> Result<> {
          for (int i = 0; i < 40; ++i) {
            TRY(insert_note(c, "large " + std::to_string(i), std::string(1 << 20, 'x')));
          }
          return {};
        });
      });
      small.push_back(std::async(std::launch::async, [this] { return insert("b"); }));
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    auto refused = large.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(Code::insufficient_storage, refused.error().code) << refused.error().detail;
    for (auto& answer : small) EXPECT_TRUE(answer.get());
  }
  EXPECT_EQ(2, count());
}

// A file system of its own, small enough to fill.
class SmallDisk {
 public:
  explicit SmallDisk(os::Path at) : at_(std::move(at)) {
    mounted_ = os::make_directories(at_) &&
               mount("tmpfs", at_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=4m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  void fill() {
    auto filler = os::create_new(at_ / "filler").value();
    while (filler.append(as_bytes(std::string(4096, 'x')))) {
    }
  }
  void empty() { ASSERT_TRUE(os::remove_file(at_ / "filler")); }

 private:
  os::Path at_;
  bool mounted_ = false;
};

TEST_F(DatabaseFaults, FullDiskRefusesWritesAndReadsGoOn) {
  SmallDisk disk(directory_.path() / "small");
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root; the size limit above stands for it";
  database_ = *open_notes(directory_.path() / "small" / "notes.db");
  int written = 0;
  for (int round = 0; round < 3; ++round) {
    disk.fill();
    for (int i = 0; i < 20; ++i) {
      auto refused = insert(std::to_string(written), std::string(50'000, 'x'));
      if (refused) {  // what the log had room for
        ++written;
      } else {
        EXPECT_EQ(Code::insufficient_storage, refused.error().code) << refused.error().detail;
      }
    }
    EXPECT_EQ(written, count());
    EXPECT_FALSE(insert("too much", std::string(3 << 20, 'x')));
    disk.empty();
    auto again = insert(std::to_string(written), std::string(50'000, 'x'));
    EXPECT_TRUE(again) << again.error().detail;
    EXPECT_EQ(++written, count());
  }
  auto check = database_->read_now(
      [](Connection& c) { return c.sql("PRAGMA integrity_check").first<std::string>(); });
  EXPECT_EQ("ok", std::get<0>(**check));
  database_.reset();
}

std::atomic<bool> told_to_end = false;

[[noreturn]] void commit_with_failing_sync(const std::string& path) {
  signal(SIGTERM, [](int) { told_to_end = true; });
  auto database = open_notes(path).value();
  sync_fails = true;
  const auto failed = database->write_now([](Connection& c) { return insert_note(c, "a"); });
  for (int i = 0; i < 500 && !told_to_end; ++i) usleep(10'000);
  sync_fails = false;
  const auto later = database->write_now([](Connection& c) { return insert_note(c, "b"); });
  const bool right = !failed && failed.error().code == Code::internal && told_to_end &&
                     os::sync_has_failed() && !later && later.error().code == Code::unavailable &&
                     database->read_now(count_notes) == 0;
  _exit(right ? 0 : 1);
}

TEST_F(DatabaseFaults, FailedSyncAnswersAndEndsTheProcess) {
  database_.reset();
  const pid_t child = fork();
  if (child == 0) commit_with_failing_sync(path_);
  int status = 0;
  ASSERT_EQ(child, waitpid(child, &status, 0));
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace kohaku::db
