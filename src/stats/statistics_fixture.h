// What the tests of reading statistics share: a database with people and repositories, into whose
// tables the numbers are written as the folding would.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "base/bytes.h"
#include "db/database.h"
#include "os/scratch_directory.h"
#include "stats/policy.h"
#include "stats/sketch.h"

namespace kohaku::stats {

struct DayNumbers {
  std::int64_t day = 0;
  Traffic traffic = Traffic::people;
  std::int64_t downloads = 0;
  std::int64_t authenticated = 0;
  std::int64_t files = 0;
  std::int64_t huggingface = 0;
  std::int64_t requests = 0;
  std::int64_t bytes = 0;
};

inline Result<> insert_day(db::Connection& connection, RepoId repo, const DayNumbers& numbers) {
  TRY(connection
          .sql(
              "INSERT INTO repository_day (repo_id, day, traffic, downloads, authenticated, files, "
              "huggingface, huggingface_authenticated, requests, requests_authenticated, bytes) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, 0, ?9)")
          .bind(repo, numbers.day, static_cast<int>(numbers.traffic), numbers.downloads,
                numbers.authenticated, numbers.files, numbers.huggingface, numbers.requests,
                numbers.bytes)
          .run());
  return {};
}

// A downloader by number, hashed evenly.
inline Who downloader(std::uint64_t number) {
  Who who;
  std::uint64_t state = number;
  for (auto& byte : who.bytes) {  // splitmix64
    state += 0x9E3779B97F4A7C15ULL;
    auto mixed = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
    byte = static_cast<std::byte>(mixed >> 56U);
  }
  return who;
}

// Of the downloaders from `first` to before `end`.
inline Sketch sketch_of(std::uint64_t first, std::uint64_t end) {
  Sketch sketch;
  for (auto number = first; number < end; ++number) sketch.add(downloader(number));
  return sketch;
}

inline Result<> insert_sketch(db::Connection& connection, RepoId repo, std::int64_t day,
                              Traffic traffic, const Sketch& sketch) {
  TRY(connection
          .sql("INSERT INTO repository_sketch (repo_id, day, traffic, sketch) "
               "VALUES (?1, ?2, ?3, ?4)")
          .bind(repo, day, static_cast<int>(traffic), as_bytes(sketch.serialize()))
          .run());
  return {};
}

inline Result<> insert_sketch(db::Connection& connection, AccountId owner, std::int64_t day,
                              Traffic traffic, const Sketch& sketch) {
  TRY(connection
          .sql("INSERT INTO namespace_sketch (owner_id, day, traffic, sketch) "
               "VALUES (?1, ?2, ?3, ?4)")
          .bind(owner, day, static_cast<int>(traffic), as_bytes(sketch.serialize()))
          .run());
  return {};
}

class StatisticsTest : public testing::Test {
 protected:
  template <class T>
  static T ok(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
    return std::move(*result);
  }

  template <class Function>
  auto read(Function function) {
    return ok(database_->read_now(std::move(function)));
  }
  template <class Function>
  void write(Function function) {
    if (auto done = database_->write_now(std::move(function)); !done) {
      throw std::runtime_error(done.error().message + " " + done.error().detail);
    }
  }

  RepoId add_repo(const std::string& name) {
    std::int64_t id = 0;
    write([&](db::Connection& c) -> Result<> {
      TRY(c.sql(
               "INSERT INTO repository (type, owner_id, name, lookup_name, created_at, updated_at) "
               "VALUES ('model', ?1, ?2, ?2, 0, 0)")
              .bind(owner_, name)
              .run());
      id = c.last_insert_id();
      return {};
    });
    return RepoId{id};
  }
  void add_day(RepoId repo, const DayNumbers& numbers) {
    write([&](db::Connection& c) { return insert_day(c, repo, numbers); });
  }
  template <class Id>
  void add_sketch(Id id, std::int64_t day, Traffic traffic, const Sketch& sketch) {
    write([&](db::Connection& c) { return insert_sketch(c, id, day, traffic, sketch); });
  }
  AccountId owner() const { return owner_; }

 private:
  AccountId add_owner() {
    std::int64_t id = 0;
    write([&](db::Connection& c) -> Result<> {
      TRY(c.sql("INSERT INTO account (kind, name, lookup_name, created_at) "
                "VALUES ('user', 'ada', 'ada', 0)")
              .run());
      id = c.last_insert_id();
      return {};
    });
    return AccountId{id};
  }

  os::ScratchDirectory directory_ = *os::ScratchDirectory::make(testing::TempDir());
  std::unique_ptr<db::Database> database_ =
      ok(db::Database::open((directory_.path() / "hub.db").string()));
  AccountId owner_ = add_owner();
};

}  // namespace kohaku::stats
