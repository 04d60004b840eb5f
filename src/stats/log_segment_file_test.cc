#include "stats/log_segment_file.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "stats/duckdb_fixture.h"

namespace kohaku::stats {
namespace {

constexpr std::int64_t noon = 1'736'942'400'000'000;  // 2025-01-15T12:00:00Z

Event event_of(std::int64_t owner, std::int64_t at) {
  Event event;
  event.at = {at};
  event.repo = {owner * 10};
  event.owner = {owner};
  event.repository = "lab/bird";
  event.method = "GET";
  event.address = "203.0.113.7";
  event.user_agent = "unknown/None; hf_hub/2.4.0";
  event.path = "config.json";
  event.revision = "main";
  event.files = {0xffffffffffffffff};
  event.bytes = 12;
  event.duration_micros = 1500;
  return event;
}

class LogSegmentFileTest : public testing::Test {
 protected:
  LogSegmentFileTest()
      : directory_(*os::ScratchDirectory::make(testing::TempDir())),
        journal_(*Journal::open(directory_.path() / "events")),
        place_{directory_.path() / "access-logs"},
        duckdb_(Duckdb::find_library({}).value(), place_.staging()) {}

  LogSegment write(Position from, std::int64_t most) {
    const auto until = journal_->sync().value();
    const auto segment = write_log_segment(*journal_, place_, duckdb_, rules_, from, until, most);
    EXPECT_TRUE(segment) << segment.error().detail;
    return segment.value_or(LogSegment{});
  }

  DuckdbTable query(const LogSegment& segment, const std::string& columns) {
    const auto path = place_.directory / segment.name;
    auto table = duckdb_.run(
        {.files = {path},
         .statements = {},
         .query = "SELECT " + columns + " FROM read_parquet(" + sql_quote(path.string()) + ")"});
    EXPECT_TRUE(table) << table.error().detail;
    return table.value_or(DuckdbTable{});
  }

  os::ScratchDirectory directory_;
  std::unique_ptr<Journal> journal_;
  LogPlace place_;
  Duckdb duckdb_;
  LogRules rules_{WhoKey({}), {}};
};

TEST_F(LogSegmentFileTest, KeepsWhatAnEventSays) {
  auto event = event_of(1, noon);
  event.user_agent = std::string("a \"b\"\n\xff\0", 8) + "\xc3\xa9";
  journal_->append(event);
  const auto segment = write(0, 10);
  EXPECT_EQ(segment.rows, 1);
  EXPECT_EQ(segment.first_at.value, noon);
  EXPECT_EQ(segment.name, log_segment_name(journal_->node(), 0, segment.last));
  const auto table = query(
      segment,
      "epoch_us(timestamp), status, method, repo_id, owner_id, repo_type, repo_name, user_id, "
      "hex(address_hash), hex(who), user_agent, path, revision, bytes, duration_micros, door, "
      "preview, files, traffic, position");
  ASSERT_EQ(table.rows.size(), 1U);
  const auto upper = [](std::string text) {
    for (auto& c : text) c = static_cast<char>(std::toupper(c));
    return text;
  };
  EXPECT_EQ(table.rows[0], (DuckdbTable::Row{"1736942400000000",
                                             "200",
                                             "GET",
                                             "10",
                                             "1",
                                             "model",
                                             "lab/bird",
                                             "0",
                                             upper(rules_.key.of_address("203.0.113.7").hex()),
                                             upper(rules_.key.of(event).hex()),
                                             "a \"b\"\n\xef\xbf\xbd \xc3\xa9",
                                             "config.json",
                                             "main",
                                             "12",
                                             "1500",
                                             "resolve",
                                             "false",
                                             "[-1]",
                                             "people",
                                             std::to_string(segment.last)}));
  EXPECT_EQ(os::list(place_.staging())->size(), 0U) << "nothing stays behind";
}

TEST_F(LogSegmentFileTest, TakesEventsInOrderAndEachOnce) {
  for (int i = 0; i < 5; ++i) journal_->append(event_of(2 - i % 2, noon - i * 1'000'000));
  const auto first = write(0, 3);
  const auto second = write(first.last, 3);
  EXPECT_EQ(first.rows, 3);
  EXPECT_EQ(first.last_at.value, noon);
  EXPECT_EQ(first.first_at.value, noon - 2'000'000);
  EXPECT_EQ(second.rows, 2);
  EXPECT_EQ(second.first, first.last);
  EXPECT_EQ(second.last, journal_->sync().value()) << "up to where it was asked for";

  const auto merged = merge_log_segments(place_, duckdb_, {first, second});
  ASSERT_TRUE(merged) << merged.error().detail;
  EXPECT_EQ(merged->rows, 5);
  EXPECT_EQ(merged->first, 0);
  EXPECT_EQ(merged->last, second.last);
  EXPECT_EQ(merged->first_at.value, noon - 4'000'000);
  EXPECT_EQ(merged->last_at.value, noon);
  const auto table = query(*merged, "owner_id, epoch_us(timestamp) - " + std::to_string(noon));
  ASSERT_EQ(table.rows.size(), 5U);
  EXPECT_EQ(table.rows[0], (DuckdbTable::Row{"1", "-3000000"})) << "by owner, then by time";
  EXPECT_EQ(table.rows[1], (DuckdbTable::Row{"1", "-1000000"}));
  EXPECT_EQ(table.rows[4], (DuckdbTable::Row{"2", "0"}));
}

TEST_F(LogSegmentFileTest, MakesNoFileOfNothing) {
  EXPECT_FALSE(write_log_segment(*journal_, place_, duckdb_, rules_, 0, 1 << 20, 10));
  EXPECT_EQ(os::list(place_.directory)->size(), 1U) << "the staging area only";
}

}  // namespace
}  // namespace kohaku::stats
