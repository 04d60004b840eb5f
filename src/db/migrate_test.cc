#include "db/migrate.h"

#include <gtest/gtest.h>

#include "db/database.h"
#include "os/scratch_directory.h"

namespace kohaku::db {
namespace {

constexpr Migration first{1, "0001_first", "CREATE TABLE a (x BIGINT); CREATE TABLE b (x BIGINT);"};
constexpr Migration second{2, "0002_second", "ALTER TABLE a ADD COLUMN y BIGINT;"};
constexpr Migration broken{3, "0003_broken",
                           "CREATE TABLE c (x BIGINT); INSERT INTO nowhere VALUES (1);"};

class MigrateTest : public testing::Test {
 protected:
  Result<> migrate_to(std::initializer_list<Migration> migrations) {
    return migrate(*connection_, {migrations.begin(), migrations.size()}, Micros{42});
  }

  std::string tables() {
    std::string names;
    auto rows =
        connection_->sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .all<std::string>();
    for (const auto& [name] : rows.value()) names += name + " ";
    return names;
  }

  os::ScratchDirectory directory_ = *os::ScratchDirectory::make(testing::TempDir());
  std::string path_ = directory_.path() / "test.db";
  std::unique_ptr<Connection> connection_ = *Connection::open_sqlite(path_, false);
};

TEST_F(MigrateTest, RunsEachOnceAndInOrder) {
  ASSERT_TRUE(migrate_to({first}));
  ASSERT_TRUE(migrate_to({first, second}));
  ASSERT_TRUE(migrate_to({first, second}));
  EXPECT_TRUE(connection_->sql("SELECT y FROM a").all<int>());
  auto rows =
      connection_->sql("SELECT number, name, applied_at FROM schema_migration ORDER BY number")
          .all<int, std::string, Micros>();
  ASSERT_TRUE(rows);
  ASSERT_EQ(2u, rows->size());
  EXPECT_EQ(rows->at(1), std::make_tuple(2, std::string("0002_second"), Micros{42}));
}

TEST_F(MigrateTest, BrokenOneLeavesNothing) {
  auto done = migrate_to({first, second, broken});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().detail.find("0003_broken"), std::string::npos);
  EXPECT_EQ("a b schema_migration ", tables());
  EXPECT_FALSE(connection_->in_transaction());
}

TEST_F(MigrateTest, RefusesANewerDatabase) {
  ASSERT_TRUE(migrate_to({first, second}));
  auto done = migrate_to({first});
  ASSERT_FALSE(done);
  EXPECT_EQ(Code::conflict, done.error().code);
  EXPECT_NE(done.error().message.find("newer version"), std::string::npos);
  EXPECT_NE(done.error().message.find("0002_second"), std::string::npos);
}

TEST_F(MigrateTest, RefusesAnotherHistory) {
  ASSERT_TRUE(migrate_to({first}));
  EXPECT_FALSE(migrate_to({{1, "0001_renamed", first.sql}}));
  ASSERT_TRUE(migrate_to({first, {3, "0003_third", "CREATE TABLE c (x BIGINT)"}}));
  EXPECT_FALSE(migrate_to({first, second, {3, "0003_third", ""}})) << "one slipped in between";
  EXPECT_EQ("a b c schema_migration ", tables());
}

TEST_F(MigrateTest, TheProgramsOwnMigrationsWork) {
  ASSERT_FALSE(embedded_migrations().empty());
  connection_.reset();
  ASSERT_TRUE(Database::open(path_));
  auto again = Database::open(path_);
  ASSERT_TRUE(again) << again.error().message << again.error().detail;
}

}  // namespace
}  // namespace kohaku::db
