#include "hub/recount.h"

#include <fmt/format.h>

#include <random>

#include "hub/access_log_fixture.h"

namespace kohaku::hub {
namespace {

class RecountTest : public AccessLogTest {
 protected:
  RecountTest() : owner_(add_user("alice").id) {
    for (const auto* type : {"model", "dataset"}) {
      execute(fmt::format("INSERT INTO repository (type, owner_id, name, lookup_name, created_at, "
                          "updated_at) VALUES ('{}', {}, '{}', '{}', 0, 0)",
                          type, owner_.value, type, type));
    }
  }

  // Anything that a client may do, over two days, so that sessions begin, go on and end.
  stats::Event any_event() {
    const auto pick = [&](std::size_t count) { return random_() % count; };
    const bool is_model = pick(2) == 0;
    auto event =
        event_of(owner_, RepoId{is_model ? 1 : 2},
                 hub().clock.now().plus_seconds(-static_cast<std::int64_t>(pick(100'000))));
    event.type = is_model ? RepoType::model : RepoType::dataset;
    event.door = static_cast<stats::Door>(1 + pick(8));
    event.method = pick(4) == 0 ? "HEAD" : "GET";
    constexpr std::array statuses = {200, 200, 200, 206, 302, 304, 307, 404};
    event.status = statuses.at(pick(statuses.size()));
    event.preview = pick(10) == 0;
    event.download_counter = pick(6) == 0;
    event.user = AccountId{static_cast<std::int64_t>(pick(3))};
    event.address = fmt::format("203.0.113.{}", pick(3));
    constexpr std::array agents = {"curl/8.0", "unknown/None; hf_hub/2.4.0; is_ci/true",
                                   "unknown/None; hf_hub/2.4.0", "Googlebot/2.1"};
    event.user_agent = agents.at(pick(agents.size()));
    constexpr std::array paths = {"config.json", "model.gguf", "sub/config.json", "data.bin"};
    event.path = paths.at(pick(paths.size()));
    event.files.clear();
    for (std::size_t i = pick(4); i > 0; --i) event.files.push_back(pick(5) - 2);
    event.bytes = pick(1000);
    return event;
  }

  AccountId owner_;
  std::mt19937_64 random_{20'250'115};
};

TEST_F(RecountTest, SaysTheSameAsTheFolding) {
  // In many turns, of which each knows only what the database remembers.
  for (int turn = 0; turn < 30; ++turn) {
    for (int i = 0; i < 40; ++i) hub().journal->append(any_event());
    fold();
    if (turn % 10 == 0) ok(write_log_segments(hub()));
  }
  const auto found = ok(recount(hub(), 30));
  EXPECT_EQ(to_text(found), "Recounted 2023-10-16 to 2023-11-14.\n0 differences\n");
  EXPECT_GT(number("SELECT sum(downloads * files * huggingface * requests_authenticated) "
                   "FROM repository_day"),
            0)
      << "there was something to compare";
}

TEST_F(RecountTest, TellsWhatDiffers) {
  count(event_of(owner_, {1}, hub().clock.now()));
  execute("UPDATE repository_day SET downloads = 5");
  auto found = ok(recount(hub(), 1));
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.differences[0].column, "downloads");
  EXPECT_EQ(found.differences[0].in_database, 5);
  EXPECT_EQ(found.differences[0].in_log, 1);
  execute("DELETE FROM repository_day");
  EXPECT_EQ(ok(recount(hub(), 1)).differences.size(), 5U)
      << "downloads, files, huggingface, requests, bytes";
}

TEST_F(RecountTest, ComparesOnlyDaysThatTheLogKeptWhole) {
  config().access_log_days = 2;
  count(event_of(owner_, {1}, hub().clock.now()));
  ok(write_log_segments(hub()));
  clock().advance_seconds(3 * 86'400);
  count(event_of(owner_, {1}, hub().clock.now()));
  ok(write_log_segments(hub()));
  ok(tend_log_segments(hub()));
  EXPECT_EQ(ok(recount(hub(), 30)).first_day, ok(recount(hub(), 30)).last_day + 1);
  clock().advance_seconds(86'400);
  count(event_of(owner_, {1}, hub().clock.now()));
  const auto found = ok(recount(hub(), 30));
  EXPECT_EQ(found.first_day, found.last_day);
  EXPECT_TRUE(found.differences.empty());
}

}  // namespace
}  // namespace kohaku::hub
