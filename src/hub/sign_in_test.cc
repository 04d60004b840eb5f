#include "hub/sign_in.h"

#include "hub/accounts_fixture.h"
#include "hub/email_verification.h"

namespace kohaku::hub {
namespace {

class SignInTest : public AccountsTest {
 protected:
  Result<Session> attempt(const std::string& name, const std::string& password,
                          const std::string& address = "10.0.0.1") {
    return wait_for(sign_in(hub(), {name, password, address}));
  }

  User ada_ = add_user("ada", "long enough");
};

TEST_F(SignInTest, OpensASession) {
  const auto session = ok(attempt("ADA", "long enough"));
  EXPECT_EQ(session.user.name, "ada");
  EXPECT_EQ(session.expires_at, clock().now().plus_seconds(168 * 3600));
  EXPECT_EQ(identify("", session.secret).user->id, ada_.id);
}

TEST_F(SignInTest, TellsNoUnknownNameFromAWrongPassword) {
  add_user("tokens-only");
  const auto wrong = attempt("ada", "wrong password");
  const auto unknown = attempt("nobody", "wrong password");
  const auto without = attempt("tokens-only", "wrong password");
  ASSERT_FALSE(wrong || unknown || without);
  EXPECT_EQ(wrong.error().code, Code::bad_credentials);
  EXPECT_EQ(unknown.error().code, Code::bad_credentials);
  EXPECT_EQ(wrong.error().message, unknown.error().message);
  EXPECT_EQ(wrong.error().message, without.error().message);
}

TEST_F(SignInTest, StopsGuessingFromOneAddress) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(code_of(attempt("ada", "wrong password")), Code::bad_credentials);
  }
  EXPECT_EQ(code_of(attempt("ada", "long enough")), Code::too_many_requests);
  EXPECT_EQ(code_of(attempt("Ada", "long enough")), Code::too_many_requests);
  ok(attempt("ada", "long enough", "10.0.0.2"));
  clock().advance_seconds(sign_in_window_seconds);
  ok(attempt("ada", "long enough"));
}

TEST_F(SignInTest, RightPasswordsAreNotCounted) {
  for (int i = 0; i < 12; ++i) ok(attempt("ada", "long enough"));
}

TEST_F(SignInTest, ADisabledAccountIsRefused) {
  execute("UPDATE account SET is_active = 0");
  EXPECT_EQ(code_of(attempt("ada", "long enough")), Code::forbidden);
  EXPECT_EQ(code_of(attempt("ada", "wrong password")), Code::bad_credentials);
}

class VerificationTest : public SignInTest {
 protected:
  VerificationTest() {
    config().require_email_verification = true;
    bob_ =
        ok(wait_for(register_user(hub(), {"bob", "bob@example.com", "long enough", "10.0.0.9"})));
  }

  // The letters themselves are lost here, since mail is off: a link of our own.
  std::string link() {
    const auto secret = new_verification_secret();
    ok(hub().database.write_now(
        [&](auto& c) { return insert_verification(c, bob_.id, secret, clock().now()); }));
    return secret;
  }

  std::int64_t letters() { return number("SELECT count(*) FROM email_verification"); }

  Account bob_;
};

TEST_F(VerificationTest, IsNeededBeforeSigningIn) {
  EXPECT_FALSE(bob_.email_verified);
  EXPECT_EQ(letters(), 1);
  EXPECT_EQ(code_of(attempt("bob", "long enough")), Code::forbidden);
  const auto session = ok(verify_email(hub(), link()));
  EXPECT_EQ(session.user.name, "bob");
  EXPECT_EQ(identify("", session.secret).user->id, bob_.id);
  ok(attempt("bob", "long enough"));
}

TEST_F(VerificationTest, ALinkWorksOnceAndForADay) {
  const auto secret = link();
  ok(verify_email(hub(), secret));
  EXPECT_EQ(code_of(verify_email(hub(), secret)), Code::bad_request);
  EXPECT_EQ(letters(), 0) << "the other links of this user go with it";
  const auto late = link();
  clock().advance_seconds(86'400);
  EXPECT_EQ(code_of(verify_email(hub(), late)), Code::bad_request);
  EXPECT_EQ(code_of(verify_email(hub(), "")), Code::bad_request);
}

TEST_F(VerificationTest, LettersAreSentAgainAfterFiveMinutes) {
  EXPECT_EQ(code_of(attempt("bob", "long enough")), Code::forbidden);
  EXPECT_EQ(letters(), 1);
  clock().advance_seconds(301);
  EXPECT_EQ(code_of(attempt("bob", "wrong password")), Code::bad_credentials);
  EXPECT_EQ(letters(), 1);
  EXPECT_EQ(code_of(attempt("bob", "long enough")), Code::forbidden);
  EXPECT_EQ(letters(), 2);
  EXPECT_EQ(code_of(attempt("bob", "long enough")), Code::forbidden);
  EXPECT_EQ(letters(), 2);
}

}  // namespace
}  // namespace kohaku::hub
