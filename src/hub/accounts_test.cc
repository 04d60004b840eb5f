#include "hub/accounts.h"

#include "hub/accounts_fixture.h"
#include "hub/organizations.h"

namespace kohaku::hub {
namespace {

class AccountTest : public AccountsTest {
 protected:
  Result<Account> sign_up(const std::string& name, const std::string& email,
                          const std::string& password = "long enough") {
    return wait_for(register_user(hub(), {name, email, password, "10.0.0.1"}));
  }

  std::string refusal(const std::string& name) {
    const auto found = read([&](auto& c) { return refuse_account_name(c, name); });
    return found ? found->message : "";
  }
};

TEST_F(AccountTest, AreFoundInAnyCapitals) {
  const auto made = ok(sign_up("Ada-Lovelace", "Ada@Example.com"));
  EXPECT_EQ(made.name, "Ada-Lovelace");
  EXPECT_EQ(made.email, "ada@example.com");
  EXPECT_TRUE(made.email_verified);
  for (const auto* name : {"Ada-Lovelace", "ada_lovelace", "ADA.LOVELACE"}) {
    const auto found = read([&](auto& c) { return find_account(c, name); });
    ASSERT_TRUE(found.has_value()) << name;
    EXPECT_EQ(found->id, made.id);
    EXPECT_EQ(found->name, "Ada-Lovelace");
  }
  EXPECT_FALSE(read([](auto& c) { return find_account(c, "ada"); }).has_value());
}

TEST_F(AccountTest, NamesAreSharedByUsersAndOrganizations) {
  const auto ada = add_user("Ada");
  ok(create_organization(hub(), ada, "The-Works", ""));
  EXPECT_EQ(refusal("free"), "");
  EXPECT_EQ(refusal("Ada"), "Username Ada is already taken");
  EXPECT_EQ(refusal("ada"), "Username conflicts with existing user: Ada (case-insensitive)");
  EXPECT_EQ(refusal("the.works"),
            "Username conflicts with existing organization: The-Works (case-insensitive)");
  EXPECT_EQ(refusal("Models"), "Name 'Models' is reserved and cannot be used");
  EXPECT_NE(refusal("a--b"), "");
  EXPECT_NE(refusal(""), "");
}

TEST_F(AccountTest, RegistrationRefusesWhatIsTakenOrMalformed) {
  ok(sign_up("ada", "ada@example.com"));
  EXPECT_EQ(code_of(sign_up("Ada", "other@example.com")), Code::bad_request);
  EXPECT_EQ(code_of(sign_up("bob", "ADA@example.com")), Code::bad_request);
  EXPECT_EQ(code_of(sign_up("xet", "bob@example.com")), Code::bad_request);
  EXPECT_EQ(code_of(sign_up("bob", "bob")), Code::bad_request);
  EXPECT_EQ(code_of(sign_up("bob", "bob@example.com", "short")), Code::bad_request);
  EXPECT_EQ(number("SELECT count(*) FROM account"), 1);
  ok(sign_up("bob", "bob@example.com"));
}

TEST_F(AccountTest, LettersToStrangersAreLimited) {
  config().require_email_verification = true;
  const auto make = [&](int i, const std::string& address) {
    const auto name = "user" + std::to_string(i);
    return wait_for(register_user(hub(), {name, name + "@example.com", "long enough", address}));
  };
  for (int i = 0; i < 20; ++i) {
    hub().guards->letters_by_address.try_once("10.0.0.1", clock().now());
  }
  EXPECT_EQ(code_of(make(1, "10.0.0.1")), Code::too_many_requests);
  ok(make(2, "10.0.0.2"));
}

TEST_F(AccountTest, NoPasswordIsStored) {
  ok(sign_up("ada", "ada@example.com", "very secret words"));
  EXPECT_EQ(number("SELECT count(*) FROM account WHERE password_hash LIKE '$argon2id$%'"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM account WHERE password_hash LIKE '%secret%'"), 0);
}

TEST(Email, HasOneAtSignAndNoSurprises) {
  EXPECT_EQ(parse_email("Ada@Example.COM").value(), "ada@example.com");
  EXPECT_TRUE(parse_email("a+b.c@localhost").has_value());
  for (const auto* text : {"", "ada", "@x", "ada@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>",
                           "a@b,c@d", "\"a\"@b", "a@\xff"}) {
    EXPECT_FALSE(parse_email(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_email(std::string(65, 'a') + "@b").has_value());
  EXPECT_FALSE(parse_email("a@" + std::string(254, 'b')).has_value());
}

TEST_F(AccountTest, AreAskedForByKind) {
  const auto ada = add_user("ada");
  ok(create_organization(hub(), ada, "works", ""));
  EXPECT_EQ(read([](auto& c) { return require_user(c, "ADA"); }).id, ada.id);
  const auto missing = [&](auto function) { return code_of(hub().database.read_now(function)); };
  EXPECT_EQ(missing([](auto& c) { return require_user(c, "works"); }), Code::not_found);
  EXPECT_EQ(missing([](auto& c) { return require_organization(c, "ada"); }), Code::not_found);
}

}  // namespace
}  // namespace kohaku::hub
