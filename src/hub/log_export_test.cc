#include "hub/log_export.h"

#include <fmt/format.h>

#include <array>
#include <sstream>
#include <vector>

#include "base/hash.h"
#include "hub/access_log_fixture.h"

namespace kohaku::hub {
namespace {

class LogExportTest : public AccessLogTest {
 protected:
  LogExportTest() : alice_(add_user("alice")), bob_(add_user("bob")) {}

  RepoId add_repo(const User& owner, const std::string& name) {
    execute(fmt::format("INSERT INTO repository (type, owner_id, name, lookup_name, created_at, "
                        "updated_at) VALUES ('model', {}, '{}', '{}', 0, 0)",
                        owner.id.value, name, name));
    return RepoId{number("SELECT max(id) FROM repository")};
  }

  NamespaceAnalyst analyst(const User& user) {
    return ok(Access(hub()).namespace_analyst(caller(user), user.name));
  }

  LogRange always() { return {{0}, {hub().clock.now().value + 1}}; }

  Task<Result<std::string>> whole_export(NamespaceAnalyst analyst, LogRange range,
                                         LogFormat format) {
    auto log = CO_TRY(co_await start_log_export(hub(), analyst, range, format));
    std::string text;
    std::array<char, 4096> buffer;
    while (const auto count = CO_TRY(co_await log.read(buffer))) text.append(buffer.data(), count);
    co_return text;
  }
  std::string exported(const User& user, LogRange range, LogFormat format = LogFormat::csv) {
    return ok(wait_for(whole_export(analyst(user), range, format)));
  }
  std::vector<std::string> lines(const User& user, LogRange range) {
    std::istringstream text(exported(user, range));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  static std::string field(const std::string& line, int index) {
    std::istringstream fields(line);
    std::string text;
    for (int i = 0; i <= index; ++i) std::getline(fields, text, ',');
    return text;
  }
  std::string key_of(const User& user) {
    return read([&](db::Connection& c) -> Result<std::string> {
      const auto row = TRY(
          c.sql("SELECT secret FROM log_key WHERE owner_id = ?1").bind(user.id).first<Sha256>());
      return std::string(as_text(std::get<0>(row.value()).view()));
    });
  }

  static constexpr int user_hash = 5;
  static constexpr int address_hash = 6;

  User alice_;
  User bob_;
};

TEST_F(LogExportTest, HasTheColumnsOfTheContract) {
  const std::string header =
      "timestamp,status,method,repoName,repoType,hashedUserId,hashedIp,country,region,userAgent,"
      "path,revision,bytes,durationMs";
  EXPECT_EQ(exported(alice_, always()), header + "\n") << "without any events";
  EXPECT_EQ(exported(alice_, always(), LogFormat::ndjson), "");
  const auto repo = add_repo(alice_, "bird");
  auto event = event_of(alice_.id, repo, {1'699'999'999'123'456});
  event.user_agent = "curl, \"8\"";
  count(event);
  const auto found = lines(alice_, always());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], header);
  const auto hash = found[1].substr(found[1].find(",,") + 2, 64);
  EXPECT_EQ(found[1], "2023-11-14T22:13:19.123Z,200,GET,alice/bird,model,," + hash +
                          ",,,\"curl, \"\"8\"\"\",config.json,main,100,1");
  EXPECT_EQ(
      exported(alice_, always(), LogFormat::ndjson),
      "{\"timestamp\":\"2023-11-14T22:13:19.123Z\",\"status\":200,\"method\":\"GET\","
      "\"repoName\":\"alice/bird\",\"repoType\":\"model\",\"hashedUserId\":null,\"hashedIp\":\"" +
          hash +
          "\",\"country\":null,\"region\":null,\"userAgent\":\"curl, \\\"8\\\"\","
          "\"path\":\"config.json\",\"revision\":\"main\",\"bytes\":100,\"durationMs\":1}\n");
  EXPECT_TRUE(exported(alice_, always(), LogFormat::parquet).starts_with("PAR1"));
}

TEST_F(LogExportTest, HashesWithTheKeyOfTheNamespace) {
  const auto of_alice = add_repo(alice_, "bird");
  const auto of_bob = add_repo(bob_, "fish");
  auto known = event_of(alice_.id, of_alice, {1});
  known.user = bob_.id;
  count(known);
  count(event_of(alice_.id, of_alice, {2}));
  count(event_of(bob_.id, of_bob, {3}));
  const auto before = lines(alice_, always());
  ASSERT_EQ(before.size(), 3U);
  EXPECT_EQ(field(before[1], user_hash),
            hmac_sha256(as_bytes(key_of(alice_)), as_bytes("user " + std::to_string(bob_.id.value)))
                .hex());
  EXPECT_EQ(field(before[1], address_hash), "") << "the user says it all";
  EXPECT_EQ(field(before[2], user_hash), "");
  const auto address = field(before[2], address_hash);
  EXPECT_EQ(address.size(), 64U);
  EXPECT_NE(field(lines(bob_, always())[1], address_hash), address) << "the same address";
  EXPECT_EQ(field(lines(alice_, always())[2], address_hash), address);
  ok(rotate_log_key(hub(), alice_.id));
  const auto after = lines(alice_, always());
  EXPECT_NE(field(after[1], user_hash), field(before[1], user_hash));
  EXPECT_NE(field(after[2], address_hash), address);
}

TEST_F(LogExportTest, FollowsRepositoriesAndRemembersDeletedOnes) {
  const auto renamed = add_repo(alice_, "old");
  const auto deleted = add_repo(alice_, "deleted");
  const auto given = add_repo(alice_, "given");
  for (const auto repo : {renamed, deleted, given}) count(event_of(alice_.id, repo, {1}));
  execute(fmt::format("UPDATE repository SET name = 'new', lookup_name = 'new' WHERE id = {}",
                      renamed.value));
  execute(fmt::format("DELETE FROM repository WHERE id = {}", deleted.value));
  execute(
      fmt::format("UPDATE repository SET owner_id = {} WHERE id = {}", bob_.id.value, given.value));
  const auto of_alice = lines(alice_, always());
  ASSERT_EQ(of_alice.size(), 3U);
  EXPECT_EQ(field(of_alice[1], 3), "alice/new");
  EXPECT_EQ(field(of_alice[2], 3), "of/then");
  const auto of_bob = lines(bob_, always());
  ASSERT_EQ(of_bob.size(), 2U);
  EXPECT_EQ(field(of_bob[1], 3), "bob/given");
}

TEST_F(LogExportTest, WhatMovedIsItsOwnersOfTodayUntilItIsDeleted) {
  const auto given = add_repo(alice_, "given");
  const auto stranger = add_repo(bob_, "stranger");
  count(event_of(alice_.id, given, {1}));
  const auto give_to = [&](const User& owner) {
    execute(fmt::format("UPDATE repository SET owner_id = {} WHERE id = {}", owner.id.value,
                        given.value));
  };
  give_to(bob_);
  count(event_of(bob_.id, given, {2}));
  count(event_of(bob_.id, stranger, {3}));
  EXPECT_EQ(lines(alice_, always()).size(), 1U) << "another's, all of it";
  EXPECT_EQ(lines(alice_, {{1}, {2}}).size(), 1U);
  EXPECT_EQ(lines(bob_, always()).size(), 4U);
  give_to(alice_);
  const auto back = lines(alice_, always());
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(field(back[2], 3), "alice/given") << "what came while it was away";
  EXPECT_EQ(lines(bob_, always()).size(), 2U);
  // Of a deleted one each has what was its own.
  execute(fmt::format("DELETE FROM repository WHERE id = {}", given.value));
  EXPECT_EQ(lines(alice_, always()).size(), 2U);
  EXPECT_EQ(lines(bob_, always()).size(), 3U);
  EXPECT_EQ(lines(alice_, {{2}, {3}}).size(), 1U);
}

TEST_F(LogExportTest, KeepsToItsTime) {
  const auto repo = add_repo(alice_, "bird");
  for (const std::int64_t at : {1'000'000, 2'000'000, 3'000'000}) {
    count(event_of(alice_.id, repo, {at}));
  }
  const auto found = lines(alice_, {{2'000'000}, {3'000'000}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(field(found[1], 0), "1970-01-01T00:00:02.000Z");
}

TEST_F(LogExportTest, RefusesASecondOfANamespaceAndAThirdAtAll) {
  const auto held = hub().log_work->begin_export(alice_.id);
  const auto refused = wait_for(whole_export(analyst(alice_), always(), LogFormat::csv));
  EXPECT_EQ(code_of(refused), Code::too_many_requests);
  EXPECT_GT(refused.error().retry_after_seconds, 0);
  EXPECT_NE(exported(bob_, always()), "");
  const auto other = hub().log_work->begin_export(AccountId{12345});
  EXPECT_EQ(code_of(wait_for(whole_export(analyst(bob_), always(), LogFormat::csv))),
            Code::too_many_requests);
}

}  // namespace
}  // namespace kohaku::hub
