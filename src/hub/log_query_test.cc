#include "hub/log_query.h"

#include "hub/access_log_fixture.h"

namespace kohaku::hub {
namespace {

using LogQueryTest = AccessLogTest;

TEST_F(LogQueryTest, AnswersSelectsOverTheLog) {
  const std::string sql = "SELECT method, count(*) AS n FROM access_log GROUP BY method";
  EXPECT_TRUE(ok(query_access_log(hub(), sql)).rows.empty()) << "there are no segments yet";
  count(event_of({1}, {1}, hub().clock.now()));
  EXPECT_EQ(to_text(ok(query_access_log(hub(), sql)), TableFormat::text), "method  n\nGET     1\n");
  EXPECT_EQ(code_of(query_access_log(hub(), "SELECT nothing FROM access_log")), Code::bad_request);
}

// The log cannot be changed by who reads it.
TEST_F(LogQueryTest, DoesNotOverwriteASegment) {
  count(event_of({1}, {1}, hub().clock.now()));
  ok(write_log_segments(hub()));
  const auto path = hub().log_work->place().directory / segments()[0].name;
  const auto before = ok(os::read_whole(path, 1 << 20));
  const auto copy = "COPY (SELECT 1 AS x) TO '" + path.string() + "'";
  EXPECT_EQ(code_of(query_access_log(hub(), copy)), Code::bad_request);
  EXPECT_EQ(code_of(query_access_log(hub(), "SELECT 1); " + copy + "; SELECT * FROM (SELECT 1")),
            Code::bad_request);
  EXPECT_EQ(ok(os::read_whole(path, 1 << 20)), before);
}

TEST(LogTableTest, IsWrittenAsTextCsvAndJson) {
  const stats::DuckdbTable table{{"name", "n"},
                                 {{"a\x1b[2J\"b\"", "1"}, {"\xc3\xa9", std::nullopt}}};
  EXPECT_EQ(to_text(table, TableFormat::text), "name      n\na [2J\"b\"  1\n\xc3\xa9\n");
  EXPECT_EQ(to_text(table, TableFormat::csv), "name,n\n\"a\x1b[2J\"\"b\"\"\",1\n\xc3\xa9,\n");
  EXPECT_EQ(to_text({{"n"}, {{std::nullopt}, {"1"}}}, TableFormat::json),
            "[\n  {\"n\": null},\n  {\"n\": \"1\"}\n]\n");
}

}  // namespace
}  // namespace kohaku::hub
