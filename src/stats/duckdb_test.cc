#include "stats/duckdb.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "stats/duckdb_fixture.h"

namespace kohaku::stats {
namespace {

class DuckdbTest : public testing::Test {
 protected:
  DuckdbTest()
      : directory_(*os::ScratchDirectory::make(testing::TempDir())),
        duckdb_(Duckdb::find_library({}).value(), directory_.path() / "staging") {}

  std::string failure(const DuckdbScript& script) {
    const auto table = duckdb_.run(script);
    EXPECT_FALSE(table.has_value());
    return table ? "" : table.error().detail;
  }
  std::string failure_of_query(const std::string& query) {
    return failure({.files = {}, .statements = {}, .query = query});
  }

  os::ScratchDirectory directory_;
  Duckdb duckdb_;
};

TEST_F(DuckdbTest, AnswersAQueryWithTexts) {
  const auto table = duckdb_.run(
      {.files = {},
       .statements = {"CREATE TABLE t AS SELECT 7 AS seven, NULL AS nothing, 'a\"\nlonger than "
                      "twelve' AS words"},
       .query = "SELECT * FROM t -- with a comment"});
  ASSERT_TRUE(table) << table.error().detail;
  EXPECT_EQ(table->columns, (std::vector<std::string>{"seven", "nothing", "words"}));
  ASSERT_EQ(table->rows.size(), 1U);
  EXPECT_EQ(table->rows[0], (DuckdbTable::Row{"7", std::nullopt, "a\"\nlonger than twelve"}));
  EXPECT_TRUE(os::list(directory_.path() / "staging")->empty()) << "nothing stays behind";
}

TEST_F(DuckdbTest, GivesAnAnswerOfAnyLengthRowByRow) {
  const DuckdbScript script{.files = {},
                            .statements = {},
                            .query =
                                "SELECT range, repeat('long ', 100) FROM range(100000) ORDER BY 1"};
  EXPECT_FALSE(duckdb_.run(script)) << "50 MB are no table";
  std::int64_t rows = 0;
  const auto done = duckdb_.run(script, [&](const DuckdbTable::Row& row) -> Result<> {
    EXPECT_EQ(row.at(0), std::to_string(rows));
    ++rows;
    return {};
  });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(rows, 100'000);

  const auto refused = duckdb_.run(
      script, [](const DuckdbTable::Row&) -> Result<> { return fail_internal("enough"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "enough");
}

TEST_F(DuckdbTest, ReachesOnlyTheFilesItIsToldOf) {
  const auto own = directory_.path() / "own.csv";
  const auto foreign = directory_.path() / "foreign.csv";
  const auto copy = [](const os::Path& to) {
    return "COPY (SELECT 1) TO " + sql_quote(to.string());
  };
  ASSERT_TRUE(duckdb_.run({.files = {own}, .statements = {copy(own)}, .query = {}}));
  EXPECT_TRUE(os::exists(own));
  EXPECT_NE(failure({.files = {own}, .statements = {copy(foreign)}, .query = {}})
                .find("Permission Error"),
            std::string::npos);
  EXPECT_FALSE(os::exists(foreign));
  EXPECT_NE(failure_of_query("SELECT * FROM read_text('/etc/passwd')").find("Permission Error"),
            std::string::npos);
}

TEST_F(DuckdbTest, TakesNothingButOneSelectAsAQuery) {
  const auto own = directory_.path() / "own.csv";
  const std::vector<std::string> queries = {
      "COPY (SELECT 1) TO '" + own.string() + "'",
      "SELECT 1); COPY (SELECT 1) TO '" + own.string() + "'; SELECT * FROM (SELECT 1",
      "SET memory_limit = '100GB'", "CREATE TABLE t (i INTEGER)"};
  for (const auto& query : queries) {
    EXPECT_FALSE(duckdb_.run({.files = {own}, .statements = {}, .query = query})) << query;
    EXPECT_FALSE(os::exists(own)) << query;
  }
  EXPECT_NE(failure({.files = {}, .statements = {"SET memory_limit = '100GB'"}, .query = {}})
                .find("locked"),
            std::string::npos);
}

TEST_F(DuckdbTest, StreamsWhatIsCopiedToItsOutput) {
  boost::asio::io_context io;
  const auto read_all = [&]() -> Task<std::string> {
    auto running = co_await duckdb_.start(
        {.files = {},
         .statements = {"COPY (SELECT range AS i FROM range(100000)) TO '/dev/stdout' "
                        "(FORMAT csv, HEADER)"},
         .query = {}},
        duckdb_.make_temporary().value());
    std::string text;
    std::array<char, 65536> buffer;
    while (const auto count = (co_await running->process.read(buffer)).value()) {
      text.append(buffer.data(), count);
    }
    EXPECT_EQ((co_await running->process.finish()).exit_status, 0);
    co_return text;
  };
  auto text = boost::asio::co_spawn(io, read_all(), boost::asio::use_future);
  io.run();
  const auto whole = text.get();
  EXPECT_TRUE(whole.starts_with("i\n0\n1\n"));
  EXPECT_TRUE(whole.ends_with("\n99999\n"));
}

TEST(DuckdbLibraryTest, IsFoundWhereItIsNamedOrNowhere) {
  EXPECT_EQ(Duckdb::find_library("/nowhere/libduckdb.so"), std::nullopt);
  EXPECT_EQ(Duckdb::find_library("/dev/null"), os::Path("/dev/null"));
}

}  // namespace
}  // namespace kohaku::stats
