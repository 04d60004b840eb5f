#include "hub/recount.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string_view>

#include "hub/access_log_fixture.h"
#include "stats/namespace_sketches.h"

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
    constexpr std::array agents = {
        "curl/8.0",
        "unknown/None; hf_hub/2.4.0; is_ci/true",
        "unknown/None; hf_hub/2.4.0; python/3.11",
        "unknown/1; torch",
        "transformers/4.57.1+cu; GitHub-Actions",
        "Googlebot/2.1",
        "a BOT",
        "bottle/0.13",
        "Mozilla/5.0 (compatible; bingbot)",
        "Mozilla/5.0 HeadlessChrome/1",
        "bot\u00E9 bot\u0101x",
        "jen\u212Ains JEN\u212AINS/2",  // KELVIN SIGN, whose lower case is k
        "",
        "/1.0",
        "@scope/pkg/2",
        "a-name-of-which-the-first-64-characters-are-kept-and-no-other-one-is-kept/1",
        "a-name-of-which-the-first-64-characters-are-kept-and-no-other-is/1.2",
        "name/a-version-of-which-32-characters-are-kept"};
    event.user_agent = agents.at(pick(agents.size()));
    constexpr std::array paths = {"config.json", "model.gguf", "sub/config.json", "data.bin"};
    event.path = paths.at(pick(paths.size()));
    event.files.clear();
    for (std::size_t i = pick(4); i > 0; --i) event.files.push_back(pick(5) - 2);
    event.bytes = pick(1000);
    return event;
  }

  // "people: downloads 5/1": in the database, in the log.
  std::vector<std::string> differences_found() {
    std::vector<std::string> texts;
    for (const auto& difference : ok(recount(hub(), 1)).differences) {
      texts.push_back(fmt::format("{}: {} {}/{}", difference.traffic, difference.column,
                                  difference.in_database, difference.in_log));
    }
    std::ranges::sort(texts);
    return texts;
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
  for (const auto* table : {"repository_day_group", "repository_sketch", "namespace_sketch"}) {
    for (int traffic = 0; traffic < 3; ++traffic) {
      EXPECT_GT(number(fmt::format("SELECT count(*) FROM {} WHERE traffic = {}", table, traffic)),
                0)
          << table;
    }
  }
}

TEST_F(RecountTest, TellsWhatDiffers) {
  count(event_of(owner_, {1}, hub().clock.now()));
  execute("UPDATE repository_day SET downloads = 5");
  const auto found = ok(recount(hub(), 1));
  EXPECT_EQ(to_text(found),
            "Recounted 2023-11-14 to 2023-11-14.\n"
            "repository 1 on 2023-11-14, people: downloads 5 in the database, 1 in the log\n"
            "1 difference\n");
}

// Each change is of one number, or of one row.
TEST_F(RecountTest, FindsAWrongNumberInEachTable) {
  count(event_of(owner_, {1}, hub().clock.now()));
  struct Case {
    std::string change;
    std::vector<std::string> differences;
  };
  std::vector<Case> cases = {
      {"DELETE FROM repository_sketch", {"people: higher registers of the sketch 0/1"}},
      {"DELETE FROM namespace_sketch", {"people: higher registers of the sketch 0/1"}},
      {"UPDATE repository_sketch SET sketch = x'010ffd82'",
       {"people: higher registers of the sketch 1/1"}},
      {"UPDATE namespace_sketch SET sketch = x'010ffd82'",
       {"people: higher registers of the sketch 1/1"}},
      {"UPDATE repository_day_group SET name = 'wget' WHERE kind = 'client'",
       {"people: downloads of client 'curl 8.0' 0/1", "people: downloads of client 'wget 8.0' 1/0",
        "people: huggingface of client 'curl 8.0' 0/1",
        "people: huggingface of client 'wget 8.0' 1/0", "people: requests of client 'curl 8.0' 0/1",
        "people: requests of client 'wget 8.0' 1/0"}},
      {"UPDATE repository_day SET traffic = 2",
       {"people: bytes 0/100", "people: downloads 0/1", "people: files 0/1",
        "people: huggingface 0/1", "people: requests 0/1", "robots: bytes 100/0",
        "robots: downloads 1/0", "robots: files 1/0", "robots: huggingface 1/0",
        "robots: requests 1/0"}},
      {"DELETE FROM repository_day",
       {"people: bytes 0/100", "people: downloads 0/1",
        "people: downloads of client 'curl 8.0' 0/1", "people: downloads of country '' 0/1",
        "people: files 0/1", "people: higher registers of the sketch 0/1",
        "people: huggingface 0/1", "people: huggingface of client 'curl 8.0' 0/1",
        "people: huggingface of country '' 0/1", "people: requests 0/1",
        "people: requests of client 'curl 8.0' 0/1", "people: requests of country '' 0/1",
        "people: rows of repository_day_group without numbers 2/0",
        "people: rows of repository_sketch without numbers 1/0"}}};
  for (const auto* column :
       {"authenticated", "huggingface_authenticated", "requests_authenticated"}) {
    cases.push_back({fmt::format("UPDATE repository_day SET {} = 7", column),
                     {fmt::format("people: {} 7/0", column)}});
  }
  for (const auto* column : {"downloads", "files", "huggingface", "requests"}) {
    cases.push_back({fmt::format("UPDATE repository_day SET {} = 7", column),
                     {fmt::format("people: {} 7/1", column)}});
  }
  cases.push_back({"UPDATE repository_day SET bytes = 7", {"people: bytes 7/100"}});
  for (const auto* column : {"downloads", "huggingface", "requests"}) {
    for (const auto* kind : {"client 'curl 8.0'", "country ''"}) {
      cases.push_back(
          {fmt::format("UPDATE repository_day_group SET {} = 7 WHERE kind = '{}'", column,
                       std::string_view(kind).substr(0, std::string_view(kind).find(' '))),
           {fmt::format("people: {} of {} 7/1", column, kind)}});
    }
  }
  const std::array tables = {"repository_day", "repository_day_group", "repository_sketch",
                             "namespace_sketch"};
  for (const auto* table : tables) {
    execute(fmt::format("CREATE TABLE kept_{0} AS SELECT * FROM {0}", table));
  }
  for (const auto& [change, differences] : cases) {
    execute(change);
    EXPECT_EQ(differences_found(), differences) << change;
    for (const auto* table : tables) {
      execute(fmt::format("DELETE FROM {}", table));
      execute(fmt::format("INSERT INTO {0} SELECT * FROM kept_{0}", table));
    }
  }
  EXPECT_EQ(differences_found(), std::vector<std::string>{});
}

// The log has `traffic`, `library` and `version` too: what they say is counted anew.
TEST_F(RecountTest, BelievesNothingThatFollowsFromTheUserAgent) {
  count(event_of(owner_, {1}, hub().clock.now()));
  ok(write_log_segments(hub()));
  const auto segment = hub().log_work->place().directory / segments().at(0).name;
  const auto changed = directory() / "changed.parquet";
  ok(hub().log_work->duckdb()->run(
      {.files = {segment, changed},
       .statements = {fmt::format("COPY (SELECT * REPLACE ('robots' AS traffic, 'wget' AS library, "
                                  "'1' AS version) FROM read_parquet({})) TO {} (FORMAT parquet)",
                                  stats::sql_quote(segment.string()),
                                  stats::sql_quote(changed.string()))},
       .query = {}}));
  std::filesystem::rename(changed, segment);
  EXPECT_EQ(differences_found(), std::vector<std::string>{});
}

TEST_F(RecountTest, KnowsWhichClientsAreOthers) {
  for (int i = 0; i < 230; ++i) {
    auto event = event_of(owner_, {1}, hub().clock.now());
    event.user_agent =
        fmt::format("{}/{}", i == 215 ? "other" : "client", i == 215 ? "" : fmt::format("{}", i));
    hub().journal->append(event);
    if (i % 100 == 0) fold();  // those of one turn come in the order of their names
  }
  fold();
  EXPECT_EQ(number("SELECT requests FROM repository_day_group WHERE name = 'other'"), 30);
  EXPECT_EQ(differences_found(), std::vector<std::string>{});
  execute("UPDATE repository_day_group SET requests = 31 WHERE name = 'other'");
  EXPECT_EQ(differences_found(),
            std::vector<std::string>{"people: requests of client 'other' 31/30"});
  execute("DELETE FROM repository_day_group WHERE name = 'other'");
  EXPECT_EQ(differences_found().back(), "people: requests of client 'other' 0/30");
}

TEST_F(RecountTest, FollowsRepositoriesToTheirOwners) {
  const auto other = add_user("bob").id;
  for (const std::int64_t repo : {1, 2}) {
    auto event = event_of(owner_, {repo}, hub().clock.now());
    event.address = fmt::format("203.0.113.{}", repo);
    count(event);
  }
  const auto mark_stale = [&] {
    ok(hub().database.write_now([](auto& c) { return stats::mark_sketches_stale(c, {2}); }));
  };
  execute(fmt::format("UPDATE repository SET owner_id = {} WHERE id = 2", other.value));
  EXPECT_EQ(differences_found().size(), 2U) << "of both namespaces";
  execute(fmt::format("UPDATE repository SET owner_id = {} WHERE id = 2", owner_.value));
  mark_stale();
  execute(fmt::format("UPDATE repository SET owner_id = {} WHERE id = 2", other.value));
  mark_stale();
  EXPECT_EQ(differences_found(), std::vector<std::string>{}) << "while they are stale";
  ok(hub().database.write_now([](auto& c) -> Result<> {
    while (TRY(stats::rebuild_stale_sketches(c, 10))) {
    }
    return {};
  }));
  EXPECT_EQ(differences_found(), std::vector<std::string>{});

  execute("DELETE FROM repository WHERE id = 2");
  EXPECT_EQ(differences_found().size(), 1U) << "bob keeps whom he had";
  execute(fmt::format("DELETE FROM namespace_sketch WHERE owner_id = {}", other.value));
  EXPECT_EQ(differences_found(), std::vector<std::string>{});
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
