// A store over a real database and a real directory, for tests.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/hash.h"
#include "os/scratch_directory.h"
#include "store/object_store.h"

namespace kohaku::store {

// Runs a coroutine to its end on an event loop of its own.
template <class T>
T run_task(Task<T> task) {
  boost::asio::io_context loop;
  auto future = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return future.get();
}

// Bytes that compress, repeat and align with nothing.
inline std::string noise(std::size_t size, std::uint32_t seed = 1) {
  std::string text(size, '\0');
  for (auto& c : text) {
    seed = seed * 1664525U + 1013904223U;
    c = static_cast<char>(seed >> 24U);
  }
  return text;
}

inline std::size_t count_files(const os::Path& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    count += entry.is_regular_file() ? 1 : 0;
  }
  return count;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    execute("INSERT INTO account (id, kind, name, lookup_name, created_at)"
            " VALUES (1, 'user', 'ada', 'ada', 0)");
    for (const int id : {1, 2}) {
      execute("INSERT INTO repository (id, type, owner_id, name, lookup_name, created_at,"
              " updated_at) VALUES (?1, 'model', 1, ?2, ?2, 0, 0)",
              id, "r" + std::to_string(id));
    }
    open();
  }

  // As after a restart.
  void open() {
    store_.reset();
    store_ = ObjectStore::open(root_, *database_, clock_, pool_).value();
  }

  template <class... Arguments>
  void execute(std::string sql, Arguments... arguments) {
    const auto done = database_->write_now(
        [&](db::Connection& c) { return c.sql(sql).bind(arguments...).run(); });
    ASSERT_TRUE(done) << done.error().detail;
  }

  std::int64_t count(std::string sql) {
    const auto row =
        database_->read_now([&](db::Connection& c) { return c.sql(sql).first<std::int64_t>(); });
    return std::get<0>(**row);
  }

  Staging stage(const std::string& bytes) {
    auto staging = store_->stage().value();
    EXPECT_TRUE(staging.write(as_bytes(bytes)));
    return staging;
  }

  Result<> publish(const std::string& bytes, RepoId repo = first) {
    auto staging = stage(bytes);
    TRY(staging.verify(sha256(bytes), bytes.size()));
    return run_task(store_->publish(std::move(staging), repo, later()));
  }

  Result<std::optional<LargeObject>> find(const std::string& bytes, RepoId repo = first) {
    const auto id = sha256(bytes);
    return database_->read_now([&](db::Connection& c) { return ObjectStore::find(c, repo, id); });
  }

  // What a reply would send, span by span, or the failure that breaks it off.
  Result<std::string> read(const LargeObject& object, std::uint64_t offset, std::uint64_t length,
                           std::uint64_t span = 512 * 1024) {
    const auto body = std::get<http::FileBody>(TRY(store_->read(object, offset, length)));
    std::string text;
    for (auto at = body.offset; at < body.offset + body.length; at += span) {
      const auto part = std::min(span, body.offset + body.length - at);
      TRY(body.verify(at, part));
      std::string piece(part, '\0');
      TRY(body.file->read_at(at, std::as_writable_bytes(std::span(piece))));
      text += piece;
    }
    return text;
  }

  void flip_bit(const os::Path& path, std::uint64_t offset) {
    auto file = os::open_for_writing(path).value();
    std::byte byte{};
    ASSERT_TRUE(file.read_at(offset, {&byte, 1}));
    byte ^= std::byte{4};
    ASSERT_TRUE(file.write_at(offset, {&byte, 1}));
  }

  Micros later() const { return clock_.now().plus_seconds(7 * 86'400); }

  static constexpr RepoId first{1};
  static constexpr RepoId second{2};

  os::ScratchDirectory directory_ = os::ScratchDirectory::make(testing::TempDir()).value();
  os::Path root_ = directory_.path() / "store";
  os::ManualClock clock_{os::SystemClock().now()};
  os::Pool pool_{2};
  std::unique_ptr<db::Database> database_ =
      db::Database::open((directory_.path() / "hub.db").string()).value();
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace kohaku::store
