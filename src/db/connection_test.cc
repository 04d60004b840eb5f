#include "db/connection.h"

#include <gtest/gtest.h>

#include "os/scratch_directory.h"

namespace kohaku::db {
namespace {

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(
        connection_->script("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, "
                            "size BIGINT, ratio DOUBLE, hash BLOB);"
                            "CREATE TABLE part (thing_id BIGINT NOT NULL REFERENCES thing (id))"));
  }

  Result<std::int64_t> insert(std::string_view name) {
    return connection_->sql("INSERT INTO thing (name) VALUES (?1)").bind(name).run();
  }

  os::ScratchDirectory directory_ = *os::ScratchDirectory::make(testing::TempDir());
  std::string path_ = directory_.path() / "test.db";
  std::unique_ptr<Connection> connection_ = *Connection::open_sqlite(path_, false);
};

TEST_F(ConnectionTest, ValuesComeBackAsTheyWere) {
  const auto hash = Sha256::from_hex(std::string(62, 'a') + "01").value();
  const std::string text("zero \0 inside", 13);
  ASSERT_EQ(1, connection_->sql("INSERT INTO thing VALUES (?1, ?2, ?3, ?4, ?5)")
                   .bind(RepoId{7}, text, Micros{-5}, 0.25, hash)
                   .run());
  auto row = connection_->sql("SELECT id, name, size, ratio, hash FROM thing")
                 .first<RepoId, std::string, Micros, double, Sha256>();
  ASSERT_TRUE(row && *row);
  EXPECT_EQ(**row, std::make_tuple(RepoId{7}, text, Micros{-5}, 0.25, hash));
  EXPECT_EQ(7, connection_->last_insert_id());
}

TEST_F(ConnectionTest, EmptyIsNotNull) {
  const std::optional<std::string> none;
  ASSERT_TRUE(connection_->sql("INSERT INTO thing (id, name, hash) VALUES (1, ?1, ?2)")
                  .bind(std::string_view(), Bytes())
                  .run());
  ASSERT_TRUE(connection_->sql("INSERT INTO thing (id, name, hash) VALUES (2, ?1, ?2)")
                  .bind(none, std::nullopt)
                  .run());
  auto rows = connection_->sql("SELECT name, hash IS NULL FROM thing ORDER BY id")
                  .all<std::optional<std::string>, bool>();
  ASSERT_TRUE(rows);
  ASSERT_EQ(2u, rows->size());
  EXPECT_EQ(rows->at(0), std::make_tuple(std::optional<std::string>(""), false));
  EXPECT_EQ(rows->at(1), std::make_tuple(std::optional<std::string>(), true));
}

TEST_F(ConnectionTest, NoRowIsNoFailure) {
  auto row = connection_->sql("SELECT id FROM thing WHERE id = ?1").bind(1).first<int>();
  ASSERT_TRUE(row);
  EXPECT_FALSE(*row);
}

TEST_F(ConnectionTest, BoundTextMayEndBeforeTheStatement) {
  auto statement = connection_->sql("SELECT ?1").bind(std::string(300, 'x'));
  ASSERT_TRUE(*statement.step());
  EXPECT_EQ(std::string(300, 'x'), statement.get<std::string>(0));
}

TEST_F(ConnectionTest, StatementIsUsableInsideItself) {
  for (const auto* name : {"a", "b", "c"}) ASSERT_TRUE(insert(name));
  const auto* text = "SELECT name FROM thing WHERE name >= ?1 ORDER BY name";
  std::string seen;
  auto outer = connection_->sql(text).bind("a");
  while (*outer.step()) {
    auto inner = connection_->sql(text).bind(outer.get<std::string>(0));
    while (*inner.step()) seen += inner.get<std::string>(0);
    seen += ' ';
  }
  EXPECT_EQ("abc bc c ", seen);
}

TEST_F(ConnectionTest, StatementFromTheCacheRemembersNothing) {
  const auto* text = "SELECT ?1, ?2";
  {
    auto left_half_read = connection_->sql(text).bind(1, "x");
    ASSERT_TRUE(*left_half_read.step());
  }
  auto row = connection_->sql(text).bind(2).first<int, std::optional<std::string>>();
  ASSERT_TRUE(row && *row);
  EXPECT_EQ(**row, std::make_tuple(2, std::optional<std::string>()));
}

TEST_F(ConnectionTest, StepAfterTheEndStaysAtTheEnd) {
  auto statement = connection_->sql("SELECT 1");
  EXPECT_TRUE(*statement.step());
  EXPECT_FALSE(*statement.step());
  EXPECT_FALSE(*statement.step());
}

TEST_F(ConnectionTest, RunCountsChangedRows) {
  for (const auto* name : {"a", "b", "c"}) ASSERT_TRUE(insert(name));
  EXPECT_EQ(2, connection_->sql("UPDATE thing SET size = 1 WHERE name < ?1").bind("c").run());
  EXPECT_EQ(0, connection_->sql("UPDATE thing SET size = 1 WHERE name = ?1").bind("z").run());
  EXPECT_EQ(0, connection_->sql("SELECT 1").run());
}

TEST_F(ConnectionTest, ViolatedConstraintsAreConflicts) {
  ASSERT_TRUE(insert("a"));
  auto twice = insert("a");
  ASSERT_FALSE(twice);
  EXPECT_EQ(Code::conflict, twice.error().code);
  EXPECT_NE(twice.error().detail.find("thing.name"), std::string::npos);
  EXPECT_EQ(twice.error().message.find("thing"), std::string::npos)
      << "tables are not the client's";

  auto orphan = connection_->sql("INSERT INTO part VALUES (?1)").bind(99).run();
  ASSERT_FALSE(orphan);
  EXPECT_EQ(Code::conflict, orphan.error().code);

  auto null = connection_->sql("INSERT INTO part VALUES (?1)").bind(std::nullopt).run();
  ASSERT_FALSE(null);
  EXPECT_EQ(Code::internal, null.error().code);
}

TEST_F(ConnectionTest, WrongSqlIsAnInternalError) {
  const std::string secret = "hunter2";
  auto row = connection_->sql("SELECT nothing FROM nowhere WHERE x = ?1").bind(secret).first<int>();
  ASSERT_FALSE(row);
  EXPECT_EQ(Code::internal, row.error().code);
  EXPECT_NE(row.error().detail.find("nowhere"), std::string::npos);
  EXPECT_EQ(row.error().detail.find(secret), std::string::npos);

  EXPECT_FALSE(connection_->sql("SELECT 1; SELECT 2").run());
  EXPECT_FALSE(connection_->sql("").run());
  EXPECT_FALSE(connection_->sql("SELECT ?1").bind(1, 2).first<int>()) << "one argument too many";
  EXPECT_FALSE(connection_->sql("SELECT \"text\"").first<std::string>()) << "quotes are for names";
}

TEST_F(ConnectionTest, ReaderReadsOnly) {
  ASSERT_TRUE(insert("a"));
  auto reader = Connection::open_sqlite(path_, true);
  ASSERT_TRUE(reader);
  EXPECT_EQ(1, std::get<0>(**(*reader)->sql("SELECT count(*) FROM thing").first<int>()));
  EXPECT_FALSE((*reader)->sql("DELETE FROM thing").run());
  EXPECT_FALSE(Connection::open_sqlite(directory_.path() / "missing.db", true));
}

TEST_F(ConnectionTest, ManyTextsDoNotPileUp) {
  for (int i = 0; i < 3000; ++i) {
    auto row = connection_->sql("SELECT " + std::to_string(i)).first<int>();
    ASSERT_TRUE(row && *row);
    ASSERT_EQ(i, std::get<0>(**row));
  }
}

TEST_F(ConnectionTest, FilesAreNotForOthers) {
  ASSERT_TRUE(insert("a"));
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    const auto mode = std::filesystem::status(path_ + suffix).permissions();
    EXPECT_EQ(std::filesystem::perms(0600), mode) << suffix;
  }
}

}  // namespace
}  // namespace kohaku::db
