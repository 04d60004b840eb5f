#include <chrono>
#include <thread>

#include "hub/accounts_fixture.h"
#include "hub/sessions.h"
#include "hub/sign_in.h"
#include "hub/tokens.h"

namespace kohaku::hub {
namespace {

class IdentifyTest : public AccountsTest {
 protected:
  NewToken token(TokenRole role = TokenRole::write) {
    return ok(create_token(hub(), ada_.id, "laptop", role));
  }

  std::string open_session() {
    const auto session = make_session(hub(), ada_);
    ok(hub().database.write_now(
        [&](auto& c) { return insert_session(c, session, clock().now()); }));
    return session.secret;
  }

  Caller identify_by_password(const std::string& header) {
    const Access access(hub());
    return ok(wait_for(access.identify_by_password({header, "", false, "10.0.0.1"})));
  }

  std::int64_t last_used() { return number("SELECT coalesce(last_used, 0) FROM token"); }

  // The note of a use is written in the background.
  bool last_used_becomes(Micros time) {
    for (int i = 0; i < 200; ++i) {
      if (last_used() == time.value) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  User ada_ = add_user("ada", "long enough");
};

TEST_F(IdentifyTest, NobodyWithoutCredentials) {
  for (const auto* header : {"", "Bearer", "Bearer ", "Bearer |https://x.org,hf_other"}) {
    const auto caller = identify(header);
    EXPECT_FALSE(caller.user.has_value()) << header;
    EXPECT_FALSE(caller.bad_credentials) << header;
  }
}

TEST_F(IdentifyTest, ByTokenInEveryForm) {
  const auto secret = token().secret;
  EXPECT_TRUE(secret.starts_with("hf_"));
  EXPECT_EQ(secret.size(), 43U);
  for (const auto& header :
       {"Bearer " + secret, "bearer  " + secret, "Bearer " + secret + "|https://x.org,hf_other",
        basic("anybody", secret), basic("", secret)}) {
    const auto caller = identify(header);
    ASSERT_TRUE(caller.user.has_value()) << header;
    EXPECT_EQ(caller.user->id, ada_.id);
    EXPECT_EQ(caller.user->name, "ada");
    EXPECT_EQ(caller.credential, CredentialKind::token);
    EXPECT_EQ(caller.token_name, "laptop");
    EXPECT_TRUE(caller.may_write);
  }
}

TEST_F(IdentifyTest, AReadTokenMayNotWrite) {
  const auto caller = identify("Bearer " + token(TokenRole::read).secret);
  ASSERT_TRUE(caller.user.has_value());
  EXPECT_FALSE(caller.may_write);
  EXPECT_EQ(code_of(Access(hub()).signed_in_writer(caller)), Code::forbidden);
  EXPECT_TRUE(Access(hub()).signed_in(caller).has_value());
}

TEST_F(IdentifyTest, WrongCredentialsAreBad) {
  const auto secret = token().secret;
  for (const auto& header :
       {std::string("Bearer hf_wrong"), "Bearer " + secret + "x", "Token " + secret, secret,
        std::string("Basic"), std::string("Basic !!!"), basic("ada", "wrong password"),
        "Basic " + base64_encode(as_bytes("no colon"))}) {
    const auto caller = identify(header);
    EXPECT_FALSE(caller.user.has_value()) << header;
    EXPECT_TRUE(caller.bad_credentials) << header;
  }
  EXPECT_TRUE(identify("", "wrong").bad_credentials);
  EXPECT_TRUE(identify("", secret).bad_credentials) << "a token is no cookie";
}

TEST_F(IdentifyTest, ARevokedTokenIsUnknownAtOnce) {
  const auto made = token();
  EXPECT_TRUE(identify("Bearer " + made.secret).user.has_value());
  EXPECT_EQ(code_of(revoke_token(hub(), add_user("bob").id, made.token.id)), Code::not_found);
  EXPECT_TRUE(identify("Bearer " + made.secret).user.has_value());
  ok(revoke_token(hub(), ada_.id, made.token.id));
  EXPECT_TRUE(identify("Bearer " + made.secret).bad_credentials);
}

TEST_F(IdentifyTest, ATokenEnds) {
  config().token_expire_days = 10;
  const auto secret = token().secret;
  clock().advance_seconds(10 * 86'400 - 1);
  EXPECT_TRUE(identify("Bearer " + secret).user.has_value());
  clock().advance_seconds(1);
  EXPECT_TRUE(identify("Bearer " + secret).bad_credentials);
}

TEST_F(IdentifyTest, ADisabledAccountIsNobody) {
  const auto secret = token().secret;
  const auto cookie = open_session();
  EXPECT_TRUE(identify("Bearer " + secret).user.has_value());
  execute("UPDATE account SET is_active = 0");
  EXPECT_TRUE(identify("Bearer " + secret).bad_credentials);
  EXPECT_TRUE(identify("", cookie).bad_credentials);
  EXPECT_TRUE(identify_by_password(basic("ada", "long enough")).bad_credentials);
}

TEST_F(IdentifyTest, OnlyHashesAreStored) {
  const auto secret = token().secret;
  const auto cookie = open_session();
  EXPECT_EQ(number("SELECT count(*) FROM token WHERE length(token_hash) = 32"), 1);
  const auto stored = read([](db::Connection& c) -> Result<Sha256> {
    return std::get<0>(TRY(c.sql("SELECT token_hash FROM token").first<Sha256>()).value());
  });
  EXPECT_EQ(stored, sha256(secret));
  EXPECT_EQ(number("SELECT count(*) FROM session WHERE length(secret_hash) = 32"), 1);
}

TEST_F(IdentifyTest, TheUseOfATokenIsNotedOnceAMinute) {
  const auto secret = token().secret;
  EXPECT_EQ(last_used(), 0);
  const auto first = clock().now();
  identify("Bearer " + secret);
  ASSERT_TRUE(last_used_becomes(first));
  clock().advance_seconds(59);
  identify("Bearer " + secret);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(last_used(), first.value);
  clock().advance_seconds(1);
  identify("Bearer " + secret);
  EXPECT_TRUE(last_used_becomes(clock().now()));
}

TEST_F(IdentifyTest, ByCookieWritesOnlyFromOurPages) {
  const auto cookie = open_session();
  const auto elsewhere = identify("", cookie, false);
  ASSERT_TRUE(elsewhere.user.has_value());
  EXPECT_EQ(elsewhere.credential, CredentialKind::session);
  EXPECT_FALSE(elsewhere.may_write);
  EXPECT_EQ(code_of(Access(hub()).signed_in_writer(elsewhere)), Code::forbidden);
  EXPECT_TRUE(identify("", cookie, true).may_write);
  EXPECT_FALSE(identify("", cookie, false).may_write) << "a remembered right must not leak";
  EXPECT_TRUE(identify("Bearer |https://x.org,t", cookie, true).user.has_value());
}

TEST_F(IdentifyTest, ASessionEnds) {
  const auto cookie = open_session();
  clock().advance_seconds(168 * 3600 - 1);
  EXPECT_TRUE(identify("", cookie).user.has_value());
  clock().advance_seconds(1);
  EXPECT_TRUE(identify("", cookie).bad_credentials);
  open_session();
  EXPECT_EQ(number("SELECT count(*) FROM session"), 1) << "what is over is swept";
}

TEST_F(IdentifyTest, LoggingOutEndsOneSession) {
  const auto first = open_session();
  const auto second = open_session();
  ok(end_session(hub(), first));
  EXPECT_TRUE(identify("", first).bad_credentials);
  EXPECT_TRUE(identify("", second).user.has_value());
}

TEST_F(IdentifyTest, FormsAreBoundToTheirSession) {
  const auto csrf = csrf_token(hub(), "one");
  EXPECT_TRUE(is_csrf_token(hub(), "one", csrf));
  EXPECT_FALSE(is_csrf_token(hub(), "two", csrf));
  EXPECT_FALSE(is_csrf_token(hub(), "one", ""));
}

TEST_F(IdentifyTest, ByPasswordAndThenFromMemory) {
  const auto header = basic("ADA", "long enough");
  EXPECT_TRUE(Access::holds_password({header, "", false, ""}));
  EXPECT_FALSE(Access::holds_password({basic("ada", "hf_x"), "", false, ""}));
  EXPECT_FALSE(Access::holds_password({"Bearer x", "", false, ""}));
  EXPECT_TRUE(identify(header).bad_credentials) << "nobody hashes on an event loop";
  const auto caller = identify_by_password(header);
  ASSERT_TRUE(caller.user.has_value());
  EXPECT_EQ(caller.user->name, "ada");
  EXPECT_EQ(caller.credential, CredentialKind::password);
  EXPECT_TRUE(caller.may_write);
  EXPECT_TRUE(identify(header).user.has_value());
  clock().advance_seconds(600);
  EXPECT_TRUE(identify(header).bad_credentials);
}

TEST_F(IdentifyTest, WrongPasswordsAreCounted) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(identify_by_password(basic("ada", "wrong password")).bad_credentials);
  }
  const Access access(hub());
  const auto header = basic("ada", "long enough");
  EXPECT_EQ(code_of(wait_for(access.identify_by_password({header, "", false, "10.0.0.1"}))),
            Code::too_many_requests);
  EXPECT_TRUE(
      ok(wait_for(access.identify_by_password({header, "", false, "10.0.0.2"}))).user.has_value());
}

}  // namespace
}  // namespace kohaku::hub
