#include "db/sqlite_checkpointer.h"

#include <sqlite3.h>

#include <chrono>
#include <utility>

#include "db/sqlite_error.h"
#include "os/failed_sync.h"
#include "os/log.h"

namespace kohaku::db {
namespace {

constexpr int page_size = 4096;
constexpr int pages_worth_a_checkpoint = (4 << 20) / page_size;
// A log written to without a pause never comes to the point where it can start from its beginning:
// then commits wait once for the short rest of a checkpoint.
constexpr int pages_too_many = (64 << 20) / page_size;

// So that a checkpoint held up by a long reader, or a full disk, is not tried at every commit.
constexpr std::chrono::milliseconds pause_after_success{50};
constexpr std::chrono::milliseconds pause_after_failure{1000};

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
    const bool too_many = std::exchange(pages_, 0) >= pages_too_many;
    lock.unlock();
    bool done = checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    if (done && too_many) done = checkpoint(SQLITE_CHECKPOINT_RESTART);
    lock.lock();
    changed_.wait_for(lock, done ? pause_after_success : pause_after_failure,
                      [this] { return ending_; });
  }
}

bool SqliteCheckpointer::checkpoint(int mode) {
  auto* handle = driver_->handle();
  const int result = sqlite3_wal_checkpoint_v2(handle, "main", mode, nullptr, nullptr);
  if (result == SQLITE_OK) return true;
  const auto error = sqlite_error(handle, result, "checkpoint");
  if (is_failed_sync(handle, result)) {
    os::end_after_failed_sync(path_, error.detail);
  } else if ((result & 0xFF) != SQLITE_BUSY) {
    os::log_warning("A checkpoint of the database failed", {{"detail", error.detail}});
  }
  return false;
}

}  // namespace kohaku::db
