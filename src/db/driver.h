// What a database engine implements: the seam between our statements and SQLite (later PostgreSQL).
// Only Connection and Statement use it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace kohaku::db {

// Used by one Statement at a time, reset between two. Values bound are copied.
class PreparedStatement {
 public:
  virtual ~PreparedStatement() = default;

  virtual Result<> bind_integer(int index, std::int64_t value) = 0;  // index from 1
  virtual Result<> bind_double(int index, double value) = 0;
  virtual Result<> bind_text(int index, std::string_view value) = 0;
  virtual Result<> bind_blob(int index, Bytes value) = 0;
  virtual Result<> bind_null(int index) = 0;

  // Whether there is a row. False again after the last one, until reset().
  virtual Result<bool> step() = 0;
  virtual std::int64_t changes() const = 0;  // rows changed by the steps, after the last one
  virtual void reset() = 0;                  // forgets arguments and rows

  virtual std::int64_t read_integer(int column) = 0;  // column from 0
  virtual double read_double(int column) = 0;
  virtual std::string_view read_text(int column) = 0;  // until the next step or reset
  virtual Bytes read_blob(int column) = 0;             // until the next step or reset
  virtual bool is_null(int column) = 0;

  std::string text;  // the SQL, by which the connection finds it again
};

// One connection of the engine; closed with its last statement gone and this destroyed.
class Driver {
 public:
  virtual ~Driver() = default;
  virtual Result<std::unique_ptr<PreparedStatement>> prepare(std::string_view sql) = 0;
  virtual Result<> script(std::string_view sql) = 0;
  virtual std::int64_t last_insert_id() const = 0;
  virtual bool in_transaction() const = 0;
};

}  // namespace kohaku::db
