// SQLite behind the seam of db/driver.h.
#pragma once

#include <memory>
#include <string>

#include "db/driver.h"

struct sqlite3;

namespace kohaku::db {

enum class SqliteUse {
  writing,        // makes the file if it is missing, and turns WAL on
  reading,        // the file opened read-only
  checkpointing,  // writes, but only from the WAL into the file
};

class SqliteDriver final : public Driver {
 public:
  static Result<std::unique_ptr<SqliteDriver>> open(const std::string& path, SqliteUse use);

  Result<std::unique_ptr<PreparedStatement>> prepare(std::string_view sql) override;
  Result<> script(std::string_view sql) override;
  std::int64_t last_insert_id() const override;
  bool in_transaction() const override;

  // For what only SQLite has: hooks and checkpoints. Valid while this lives.
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit SqliteDriver(sqlite3* handle) : handle_(handle) {}
  Result<> set_up(SqliteUse use);

  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace kohaku::db
