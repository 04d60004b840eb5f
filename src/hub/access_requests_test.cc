#include "hub/access_requests.h"

#include "hub/commit_fixture.h"
#include "hub/duplicate.h"
#include "hub/xorb_rights.h"

namespace kohaku::hub {
namespace {

class AccessRequestsTest : public CommitTest {
 protected:
  AccessRequestsTest() { gate("manual"); }

  void gate(const std::string& how) {
    value_of(run_task(change_settings(hub(), admin(), {.private_ = {}, .gated = how})));
  }
  RepoAdmin admin() {
    return value_of(Access(hub()).repo_admin(writer(ada_), repo_.type, {repo_.owner, repo_.name}));
  }
  Result<ReadableContent> open(const User& user) {
    return Access(hub()).readable_content(writer(user), repo_.type, {repo_.owner, repo_.name});
  }
  bool may_enter(const User& user) { return open(user).has_value(); }
  std::string refusal(const User& user) {
    const auto opened = open(user);
    if (opened) return "";
    EXPECT_EQ(opened.error().code, Code::gated_repo);
    return opened.error().message;
  }

  SignedInWriter signed_in(const User& user) {
    return value_of(Access(hub()).signed_in_writer(writer(user)));
  }
  ReadableRepo seen_by(const User& user) {
    return value_of(Access(hub()).readable(writer(user), repo_.type, {repo_.owner, repo_.name}));
  }
  Result<AccessStatus> try_ask(const User& user, std::optional<std::string> fields = {}) {
    return run_task(ask_access(hub(), signed_in(user), seen_by(user), std::move(fields)));
  }
  Result<> try_review(const std::string& user, AccessStatus status,
                      std::optional<std::string> reason = {}) {
    return run_task(
        review_request(hub(), admin(), {.user = user, .id = {}}, status, std::move(reason)));
  }
  Result<> try_grant(const std::string& user) {
    return run_task(grant_access(hub(), admin(), user));
  }
  Result<> try_cancel(const User& user) {
    return run_task(cancel_request(hub(), signed_in(user), seen_by(user)));
  }
  std::vector<AccessRequest> list(AccessStatus status) {
    return value_of(list_requests(hub(), admin(), status, 100, "")).requests;
  }
  template <class T>
  static Code code_of(const Result<T>& result) {
    EXPECT_FALSE(result);
    return result ? Code::internal : result.error().code;
  }

  User bob_ = add_account("bob");
};

TEST_F(AccessRequestsTest, AManualGateOpensForAnAcceptedUser) {
  EXPECT_NE(refusal(bob_).find("you are not in the authorized list"), std::string::npos);
  EXPECT_EQ(value_of(try_ask(bob_)), AccessStatus::pending);
  EXPECT_NE(refusal(bob_).find("awaiting a review"), std::string::npos);
  value_of(try_review("bob", AccessStatus::accepted));
  EXPECT_TRUE(may_enter(bob_));
  value_of(try_review("bob", AccessStatus::rejected, "no"));
  EXPECT_NE(refusal(bob_).find("has been rejected"), std::string::npos);
  value_of(try_review("bob", AccessStatus::pending));
  EXPECT_FALSE(may_enter(bob_));
  EXPECT_FALSE(may_enter(add_account("eve")));
}

TEST_F(AccessRequestsTest, AnAutomaticGateOpensAtOnce) {
  EXPECT_EQ(value_of(try_ask(bob_)), AccessStatus::pending);
  gate("auto");
  EXPECT_FALSE(may_enter(bob_));
  EXPECT_EQ(value_of(try_ask(bob_)), AccessStatus::accepted);
  EXPECT_TRUE(may_enter(bob_));
  value_of(try_review("bob", AccessStatus::rejected));
  EXPECT_EQ(value_of(try_ask(bob_)), AccessStatus::rejected);
  EXPECT_FALSE(may_enter(bob_));
}

TEST_F(AccessRequestsTest, AGrantNeedsNoRequestAndIsNotGivenTwice) {
  execute("UPDATE account SET email = 'bob@example.org' WHERE id = ?1", bob_.id);
  value_of(try_grant("BOB"));
  EXPECT_TRUE(may_enter(bob_));
  EXPECT_EQ(code_of(try_grant("bob")), Code::bad_request);
  EXPECT_EQ(code_of(try_grant("ada")), Code::bad_request);  // the owner has access
  EXPECT_EQ(code_of(try_grant("nobody")), Code::not_found);
  const auto accepted = list(AccessStatus::accepted);
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_FALSE(accepted[0].email);  // not shared by asking
  EXPECT_EQ(accepted[0].reviewer, "ada");
}

TEST_F(AccessRequestsTest, AGrantAcceptsWhoWaitsOrWasRejected) {
  value_of(try_ask(bob_));
  value_of(try_grant("bob"));
  EXPECT_TRUE(may_enter(bob_));
  value_of(try_review("bob", AccessStatus::rejected));
  value_of(try_grant("bob"));
  EXPECT_TRUE(may_enter(bob_));
}

TEST_F(AccessRequestsTest, ARequestShowsWhatItsUserShared) {
  execute("UPDATE account SET email = 'bob@example.org', full_name = 'Bob B' WHERE id = ?1",
          bob_.id);
  value_of(try_ask(bob_, R"({"Company":"Acme"})"));
  const auto asked_at = clock().now();
  clock().advance_seconds(60);
  value_of(try_ask(bob_));
  const auto pending = list(AccessStatus::pending);
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending[0].user, "bob");
  EXPECT_EQ(pending[0].full_name, "Bob B");
  EXPECT_EQ(pending[0].email, "bob@example.org");
  EXPECT_EQ(pending[0].asked_at, asked_at);
  EXPECT_EQ(pending[0].fields, R"({"Company":"Acme"})");
  EXPECT_FALSE(pending[0].reviewed_at);
  const AccessRequestId id = pending[0].id;
  value_of(
      run_task(review_request(hub(), admin(), {.user = {}, .id = id}, AccessStatus::accepted, {})));
  EXPECT_EQ(list(AccessStatus::accepted).at(0).reviewed_at, clock().now());
  EXPECT_TRUE(list(AccessStatus::pending).empty());
}

TEST_F(AccessRequestsTest, AStateIsNotTakenTwice) {
  EXPECT_EQ(code_of(try_review("bob", AccessStatus::accepted)), Code::not_found);
  EXPECT_EQ(code_of(try_review("nobody", AccessStatus::accepted)), Code::not_found);
  value_of(try_ask(bob_));
  for (const auto status :
       {AccessStatus::accepted, AccessStatus::rejected, AccessStatus::pending}) {
    value_of(try_review("bob", status));
    EXPECT_EQ(code_of(try_review("bob", status)), Code::not_found);
  }
}

TEST_F(AccessRequestsTest, ARequestIsOneRepositorysOnly) {
  value_of(try_ask(bob_));
  const auto id = list(AccessStatus::pending).at(0).id;
  const auto other = create("other");
  execute("UPDATE repository SET gated = 'manual' WHERE id = ?1", other.id);
  const auto elsewhere =
      value_of(Access(hub()).repo_admin(writer(ada_), other.type, {other.owner, other.name}));
  EXPECT_EQ(code_of(run_task(review_request(hub(), elsewhere, {.user = {}, .id = id},
                                            AccessStatus::accepted, {}))),
            Code::not_found);
}

TEST_F(AccessRequestsTest, AReasonHasALimit) {
  value_of(try_ask(bob_));
  std::string reason;
  for (std::size_t i = 0; i < longest_rejection_reason; ++i) reason += "é";
  EXPECT_EQ(code_of(try_review("bob", AccessStatus::rejected, reason + "x")), Code::bad_request);
  value_of(try_review("bob", AccessStatus::rejected, reason));
}

TEST_F(AccessRequestsTest, OnlyAPendingRequestIsTakenBack) {
  EXPECT_EQ(code_of(try_cancel(bob_)), Code::not_found);
  value_of(try_ask(bob_));
  value_of(try_cancel(bob_));
  EXPECT_TRUE(list(AccessStatus::pending).empty());
  value_of(try_grant("bob"));
  EXPECT_EQ(code_of(try_cancel(bob_)), Code::not_found);
  EXPECT_TRUE(may_enter(bob_));
}

TEST_F(AccessRequestsTest, WithoutAGateNothingIsAskedAndRequestsAreKept) {
  value_of(try_grant("bob"));
  gate("false");
  EXPECT_TRUE(may_enter(add_account("eve")));
  EXPECT_EQ(code_of(try_ask(bob_)), Code::bad_request);
  EXPECT_EQ(code_of(try_grant("eve")), Code::bad_request);
  EXPECT_EQ(code_of(try_review("bob", AccessStatus::rejected)), Code::bad_request);
  EXPECT_EQ(code_of(list_requests(hub(), admin(), AccessStatus::accepted, 10, "")),
            Code::bad_request);
  gate("manual");
  EXPECT_TRUE(may_enter(bob_));
}

TEST_F(AccessRequestsTest, WhoReadsAnywayNeedsNoRequest) {
  EXPECT_EQ(value_of(try_ask(ada_)), AccessStatus::accepted);
  EXPECT_TRUE(list(AccessStatus::accepted).empty());
}

TEST_F(AccessRequestsTest, AnAdminWhoIsNoneAnyMoreDecidesNothing) {
  const auto lab = add_account("lab", "org");
  join(lab, ada_, "admin");
  auto repo = add_repo(lab, "model");
  execute("UPDATE repository SET gated = 'manual' WHERE id = ?1", repo.id);
  const auto late = value_of(Access(hub()).repo_admin(writer(ada_), repo.type, {"lab", "model"}));
  execute("UPDATE membership SET role = 'member' WHERE org_id = ?1", lab.id);
  EXPECT_EQ(code_of(run_task(grant_access(hub(), late, "bob"))), Code::forbidden);
}

// Who was let in and then shut out does not keep a copy that was asked for in between.
TEST_F(AccessRequestsTest, ACopyAsksAgain) {
  value_of(try_grant("bob"));
  const auto opened = value_of(open(bob_));
  value_of(try_review("bob", AccessStatus::rejected));
  const auto space = value_of(Access(hub()).namespace_writer(writer(bob_), "bob"));
  EXPECT_EQ(code_of(run_task(duplicate_repository(hub(), opened, space, "copy", {}))),
            Code::repo_not_found);
}

// The rule that one query asks of many repositories is the rule for one.
TEST_F(AccessRequestsTest, QueriesFollowTheGateToo) {
  const auto lists = [&](const User& user) {
    return read([&](db::Connection& c) {
             return c
                 .sql("SELECT r.id FROM repository AS r WHERE r.id = ?1 AND " +
                      std::string(readable_repository))
                 .bind(repo_.id, user.id)
                 .first<RepoId>();
           })
        .has_value();
  };
  EXPECT_FALSE(lists(bob_));
  EXPECT_TRUE(lists(ada_));
  value_of(try_ask(bob_));
  EXPECT_FALSE(lists(bob_));
  value_of(try_grant("bob"));
  EXPECT_TRUE(lists(bob_));
  EXPECT_FALSE(lists(User{{}, ""}));
  execute("UPDATE repository SET private = 1 WHERE id = ?1", repo_.id);
  EXPECT_FALSE(lists(bob_));
}

TEST_F(AccessRequestsTest, ListsComeInPages) {
  for (int i = 0; i < 5; ++i) value_of(try_ask(add_account("user" + std::to_string(i))));
  std::vector<std::string> names;
  std::string cursor;
  do {
    const auto page = value_of(list_requests(hub(), admin(), AccessStatus::pending, 2, cursor));
    for (const auto& request : page.requests) names.push_back(request.user);
    cursor = page.next_cursor;
  } while (!cursor.empty());
  EXPECT_EQ(names, (std::vector<std::string>{"user4", "user3", "user2", "user1", "user0"}));
  EXPECT_EQ(code_of(list_requests(hub(), admin(), AccessStatus::pending, 2, "x")),
            Code::bad_request);
}

}  // namespace
}  // namespace kohaku::hub
