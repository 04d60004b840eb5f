#include "hub/access_log.h"

#include "hub/access_log_fixture.h"

namespace kohaku::hub {
namespace {

constexpr std::int64_t day_seconds = 86'400;

class SegmentsTest : public AccessLogTest {
 protected:
  // One event, one segment.
  void log_one(Micros at) {
    count(event_of({1}, {1}, at));
    ok(write_log_segments(hub()));
  }
  Micros now() { return hub().clock.now(); }
};

TEST_F(SegmentsTest, ANewHubHasNothing) {
  ok(write_log_segments(hub()));
  ok(tend_log_segments(hub()));
  ok(flush_access_log(hub()));
  EXPECT_FALSE(os::exists(hub().log_work->place().directory));
}

TEST_F(SegmentsTest, WhatIsFoldedIsLoggedOnce) {
  for (int i = 0; i < 3; ++i) count(event_of({1}, {1}, now()));
  hub().journal->append(event_of({1}, {1}, now()));  // not folded
  ok(write_log_segments(hub()));
  ok(write_log_segments(hub()));
  ASSERT_EQ(segments().size(), 1U);
  EXPECT_EQ(segments()[0].rows, 3);
  EXPECT_EQ(files(), 1U);
  fold();
  ok(write_log_segments(hub()));
  ASSERT_EQ(segments().size(), 2U);
  EXPECT_EQ(segments()[1].rows, 1);
  EXPECT_EQ(segments()[1].first, segments()[0].last);
}

// A crash between the file and its row: the row decides.
TEST_F(SegmentsTest, AFileWithoutARowGoesAndIsWrittenAnew) {
  log_one(now());
  const auto before = segments()[0];
  execute("DELETE FROM log_segment; UPDATE journal_position SET logged = 0");
  hub().log_work = std::make_shared<LogWork>(config());  // as after a start
  const auto stray = hub().log_work->place().directory / "of-a-crash.parquet";
  EXPECT_TRUE(os::create_new(stray));
  ok(write_log_segments(hub()));
  ASSERT_EQ(segments().size(), 1U);
  EXPECT_EQ(segments()[0].name, before.name);
  EXPECT_EQ(segments()[0].rows, 1);
  EXPECT_EQ(files(), 1U);
}

TEST_F(SegmentsTest, ManySmallOnesOfADayBecomeOne) {
  for (int i = 0; i < 3; ++i) log_one(now());
  ok(tend_log_segments(hub()));
  EXPECT_EQ(segments().size(), 3U) << "the day goes on";
  clock().advance_seconds(day_seconds);
  {
    const LogWork::Reader reader(*hub().log_work);
    ok(tend_log_segments(hub()));
    ASSERT_EQ(segments().size(), 1U);
    EXPECT_EQ(files(), 4U) << "somebody may read the old ones";
  }
  EXPECT_EQ(segments()[0].rows, 3);
  log_one(now());
  clock().advance_seconds(day_seconds);
  log_one(now().plus_seconds(-day_seconds));
  ok(tend_log_segments(hub()));
  EXPECT_EQ(segments().size(), 2U) << "of two days";
  EXPECT_EQ(files(), 2U);
}

TEST_F(SegmentsTest, TheOldestGoByAgeAndBySize) {
  config().access_log_days = 10;
  log_one(now().plus_seconds(-11 * day_seconds));
  log_one(now());
  log_one(now());
  ok(tend_log_segments(hub()));
  ASSERT_EQ(segments().size(), 2U);
  EXPECT_EQ(files(), 2U);
  const auto kept = segments()[1].name;
  clock().advance_seconds(1);
  execute("UPDATE log_segment SET last_at = last_at + 1 WHERE name = '" + kept + "'");
  config().access_log_bytes = static_cast<std::uint64_t>(segments()[1].bytes);
  ok(tend_log_segments(hub()));
  ASSERT_EQ(segments().size(), 1U);
  EXPECT_EQ(segments()[0].name, kept);
}

TEST_F(SegmentsTest, WhereNoLogIsWantedNothingIsKept) {
  log_one(now());
  config().access_log_days = 0;
  clock().advance_seconds(1);
  count(event_of({1}, {1}, now()));
  const auto folded = number("SELECT folded FROM journal_position");
  ASSERT_LT(number("SELECT logged FROM journal_position"), folded);
  ok(write_log_segments(hub()));
  EXPECT_EQ(number("SELECT logged FROM journal_position"), folded) << "the journal may go";
  ok(tend_log_segments(hub()));
  EXPECT_EQ(segments().size(), 0U) << "nor what was written before";
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(code_of(flush_access_log(hub())), Code::not_implemented);
}

TEST_F(SegmentsTest, WithoutDuckdbEventsWait) {
  config().duckdb = "/nowhere/libduckdb.so";
  hub().log_work = std::make_shared<LogWork>(config());
  count(event_of({1}, {1}, now()));
  EXPECT_EQ(code_of(write_log_segments(hub())), Code::not_implemented);
  EXPECT_EQ(code_of(flush_access_log(hub())), Code::not_implemented);
  config().duckdb.clear();
  hub().log_work = std::make_shared<LogWork>(config());
  ok(write_log_segments(hub()));
  EXPECT_EQ(segments().size(), 1U);
}

TEST_F(SegmentsTest, WithoutDuckdbEventsWaitForADay) {
  config().duckdb = "/nowhere/libduckdb.so";
  hub().log_work = std::make_shared<LogWork>(config());
  count(event_of({1}, {1}, now()));
  count(event_of({1}, {1}, now()));
  clock().advance_seconds(20 * 3'600);
  count(event_of({1}, {1}, now()));
  clock().advance_seconds(6 * 3'600);
  const auto logged = [&] {
    return number("SELECT logged FROM journal_position WHERE node = '" + hub().journal->node() +
                  "'");
  };
  EXPECT_EQ(logged(), 0);
  EXPECT_EQ(code_of(write_log_segments(hub())), Code::not_implemented);
  EXPECT_GT(logged(), 0);
  config().duckdb.clear();
  hub().log_work = std::make_shared<LogWork>(config());
  ok(write_log_segments(hub()));
  ASSERT_EQ(segments().size(), 1U);
  EXPECT_EQ(segments()[0].rows, 1);
}

}  // namespace
}  // namespace kohaku::hub
