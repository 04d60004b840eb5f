// A prepared statement of SQLite.
#pragma once

#include <memory>

#include "db/driver.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kohaku::db {

class SqliteStatement final : public PreparedStatement {
 public:
  // One statement and nothing behind it.
  static Result<std::unique_ptr<PreparedStatement>> prepare(sqlite3* handle, std::string_view sql);

  Result<> bind_integer(int index, std::int64_t value) override;
  Result<> bind_double(int index, double value) override;
  Result<> bind_text(int index, std::string_view value) override;
  Result<> bind_blob(int index, Bytes value) override;
  Result<> bind_null(int index) override;
  Result<bool> step() override;
  std::int64_t changes() const override;
  void reset() override;
  std::int64_t read_integer(int column) override;
  double read_double(int column) override;
  std::string_view read_text(int column) override;
  Bytes read_blob(int column) override;
  bool is_null(int column) override;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqliteStatement(sqlite3* handle, sqlite3_stmt* statement)
      : handle_(handle), statement_(statement) {}
  Result<> check(int result);

  sqlite3* handle_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  bool ended_ = false;  // stepping again would start the statement anew
};

}  // namespace kohaku::db
