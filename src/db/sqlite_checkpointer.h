// Moves what is committed from the write-ahead log into the database file, on a thread of its own,
// so that no commit waits for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/date.h"
#include "db/sqlite_driver.h"

namespace kohaku::db {

inline constexpr int sqlite_page_size = 4096;  // SQLite's own choice since 2016

// Copies as much as can be without waiting for anybody. False when not all of it could be, which is
// logged unless only others were in the way; after a failed sync the process ends.
bool checkpoint_now(SqliteDriver& driver, const std::string& path);

class SqliteCheckpointer {
 public:
  static Result<std::unique_ptr<SqliteCheckpointer>> open(const std::string& path);
  ~SqliteCheckpointer();  // finishes the checkpoint under way
  SqliteCheckpointer(const SqliteCheckpointer&) = delete;
  SqliteCheckpointer& operator=(const SqliteCheckpointer&) = delete;

  // The log holds `pages` pages now. From any thread; returns at once.
  void log_has(int pages);
  // When all of the log was last copied; 0: not since the start.
  Micros last() const { return Micros{last_.load()}; }

 private:
  explicit SqliteCheckpointer(std::string path, std::unique_ptr<SqliteDriver> driver);
  void serve();

  std::string path_;
  std::unique_ptr<SqliteDriver> driver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int pages_ = 0;
  bool ending_ = false;
  std::atomic<std::int64_t> last_ = 0;
  std::thread thread_;  // last: it uses all above
};

}  // namespace kohaku::db
