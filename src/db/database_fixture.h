// A real database in a directory of its own, for tests.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <latch>
#include <memory>
#include <thread>
#include <tuple>

#include "db/database.h"
#include "os/scratch_directory.h"

namespace kohaku::db {

inline constexpr Migration note_table{
    1, "0001_note",
    "CREATE TABLE note (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body BLOB);"};

inline Result<std::unique_ptr<Database>> open_notes(const std::string& path) {
  return Database::open(path, std::span(&note_table, 1));
}

inline Result<std::int64_t> insert_note(Connection& connection, std::string_view name,
                                        std::string_view body = {}) {
  return connection.sql("INSERT INTO note (name, body) VALUES (?1, ?2)")
      .bind(name, as_bytes(body))
      .run();
}

inline Result<int> count_notes(Connection& connection) {
  return std::get<0>(*TRY(connection.sql("SELECT count(*) FROM note").first<int>()));
}

class DatabaseTest : public testing::Test {
 protected:
  int count() { return database_->read_now(count_notes).value(); }

  Result<std::int64_t> insert(const std::string& name, const std::string& body = {}) {
    return database_->write_now([=](Connection& c) { return insert_note(c, name, body); });
  }

  // While it lives, the writer is kept busy, so that all writes queued meanwhile form one group.
  class Hold {
   public:
    explicit Hold(Database& database)
        : thread_([this, &database] {
            std::ignore = database.write_now([this](Connection&) -> Result<> {
              held_.count_down();
              released_.wait();
              return {};
            });
          }) {
      held_.wait();
    }
    ~Hold() { released_.count_down(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    std::latch held_{1};
    std::latch released_{1};
    std::jthread thread_;
  };

  os::ScratchDirectory directory_ = *os::ScratchDirectory::make(testing::TempDir());
  std::string path_ = directory_.path() / "notes.db";
  std::unique_ptr<Database> database_ = *open_notes(path_);
};

}  // namespace kohaku::db
