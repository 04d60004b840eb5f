// What a call that goes wrong leaves in the journal.
#include "api/endpoint.h"

#include <stdexcept>
#include <vector>

#include "api/router.h"
#include "hub/accounts_fixture.h"
#include "stats/journal.h"
#include "stats/policy.h"

namespace kohaku::api {
namespace {

Result<http::Reply> fails(const hub::ReadableRepo&, Call&) { return fail_internal("broken"); }
Result<http::Reply> throws(const hub::ReadableRepo&, Call&) { throw std::runtime_error("broken"); }
Task<Result<http::Reply>> throws_on_the_loop(hub::ReadableRepo, Call& call) {
  co_await call.hub.pool.run([] {});
  throw std::runtime_error("broken");
}

class EndpointTest : public hub::AccountsTest {
 protected:
  EndpointTest() {
    hub().journal = ok(stats::Journal::open(directory() / "events"));
    execute("INSERT INTO repository (type, owner_id, name, lookup_name, created_at, updated_at) "
            "SELECT 'model', id, 'bird', 'bird', 0, 0 FROM account WHERE name = 'ada'");
    execute("INSERT INTO repository_redirect (type, owner_lookup, lookup_name, repo_id) "
            "SELECT type, 'ada', 'old', id FROM repository");
    routes_.file("api/endpoint_test.cc")
        .counts(stats::Door::resolve)
        .get<&fails>("/{repo}/fails")
        .get<&throws>("/{repo}/throws")
        .get<&throws_on_the_loop>("/{repo}/throws-on-the-loop");
  }

  // Its answer, to the end.
  http::Reply get(std::string target) {
    http::Request request;
    request.method_text = "GET";
    request.target = std::move(target);
    request.headers.set("X-HF-Download-Counter", "1");
    auto reply = wait_for(Router(routes_, hub()).handle(request));
    if (reply.before_end) reply.before_end({.status = reply.status});
    return reply;
  }

  std::vector<stats::Event> events() {
    std::vector<stats::Event> events;
    const auto until = ok(hub().journal->sync());
    ok(hub().journal->read(0, until, [&](const stats::RecordedEvent& read) -> Result<bool> {
      events.push_back(read.event());
      return true;
    }));
    return events;
  }

  hub::User ada_ = add_user("ada");
  Routes routes_;
};

TEST_F(EndpointTest, EveryFailureOfOursLeavesAnEvent) {
  const std::vector<std::string> routes{"fails", "throws", "throws-on-the-loop"};
  for (const auto& route : routes) {
    const auto reply = get("/ada/bird/" + route);
    EXPECT_EQ(reply.status, 500) << route;
    EXPECT_NE(reply.log_detail.find("broken"), std::string::npos) << route;
    EXPECT_EQ(std::get<std::string>(reply.body).find("broken"), std::string::npos) << route;
  }
  const auto found = events();
  ASSERT_EQ(found.size(), routes.size());
  for (const auto& event : found) {
    EXPECT_EQ(event.status, 500);
    EXPECT_EQ(event.repository, "ada/bird");
    EXPECT_FALSE(stats::is_download(event, event.status));
    EXPECT_FALSE(stats::is_huggingface_download(event, event.status));
  }
}

TEST_F(EndpointTest, ARedirectFromAnOldNameIsAnEventThatCountsNothing) {
  EXPECT_EQ(get("/ada/old/fails").status, 307);
  auto found = events();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].status, 307);
  EXPECT_EQ(found[0].repository, "ada/bird");
  EXPECT_EQ(found[0].path, "/ada/old/fails");
  for (const auto type : {RepoType::model, RepoType::dataset, RepoType::space}) {
    found[0].type = type;
    EXPECT_FALSE(stats::is_download(found[0], found[0].status));
    EXPECT_FALSE(stats::is_huggingface_download(found[0], found[0].status));
  }
}

TEST_F(EndpointTest, WhatIsNotThereLeavesNone) {
  EXPECT_EQ(get("/ada/none/throws").status, 404);
  EXPECT_TRUE(events().empty());
}

}  // namespace
}  // namespace kohaku::api
