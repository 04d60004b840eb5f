#include "db/sqlite_checkpointer.h"

#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "db/sqlite_error.h"
#include "os/clock.h"
#include "os/failed_sync.h"
#include "os/log.h"

namespace kohaku::db {
namespace {

constexpr int pages_worth_a_checkpoint = (4 << 20) / sqlite_page_size;

// So that a checkpoint held up by a long reader, or a full disk, is not tried at every commit.
constexpr std::chrono::milliseconds pause_when_done{50};
constexpr std::chrono::milliseconds pause_when_held_up{500};

}  // namespace

Result<std::unique_ptr<SqliteCheckpointer>> SqliteCheckpointer::open(const std::string& path) {
  auto driver = TRY(SqliteDriver::open(path, SqliteUse::checkpointing));
  return std::unique_ptr<SqliteCheckpointer>(new SqliteCheckpointer(path, std::move(driver)));
}

SqliteCheckpointer::SqliteCheckpointer(std::string path, std::unique_ptr<SqliteDriver> driver)
    : path_(std::move(path)), driver_(std::move(driver)), thread_([this] { serve(); }) {}

SqliteCheckpointer::~SqliteCheckpointer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SqliteCheckpointer::log_has(int pages) {
  {
    const std::lock_guard lock(mutex_);
    pages_ = pages;
  }
  if (pages >= pages_worth_a_checkpoint) changed_.notify_one();
}

void SqliteCheckpointer::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || pages_ >= pages_worth_a_checkpoint; });
    if (ending_) return;
    pages_ = 0;
    lock.unlock();
    const bool done = checkpoint_now(*driver_, path_);
    if (done) last_ = os::SystemClock().now().value;
    lock.lock();
    changed_.wait_for(lock, done ? pause_when_done : pause_when_held_up,
                      [this] { return ending_; });
  }
}

bool checkpoint_now(SqliteDriver& driver, const std::string& path) {
  errno = 0;
  int in_log = 0;
  int copied = 0;
  const int result = sqlite3_wal_checkpoint_v2(driver.handle(), "main", SQLITE_CHECKPOINT_PASSIVE,
                                               &in_log, &copied);
  if (result == SQLITE_OK) return in_log == copied;
  const auto error = sqlite_error(driver.handle(), result, "checkpoint");
  if (is_failed_sync(result, error)) {
    os::end_after_failed_sync(path, error.detail);
  } else if ((result & 0xFF) != SQLITE_BUSY) {
    os::log_warning("A checkpoint of the database failed", {{"detail", error.detail}});
  }
  return false;
}

}  // namespace kohaku::db
