#include "hub/passwords.h"

#include <gtest/gtest.h>

namespace kohaku::hub {
namespace {

TEST(Passwords, VerifiesOnlyTheRightOne) {
  Passwords passwords;
  const auto hash = passwords.hash_now("correct horse");
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_TRUE(passwords.verify_now("correct horse", *hash));
  EXPECT_FALSE(passwords.verify_now("correct horsf", *hash));
  EXPECT_FALSE(passwords.verify_now("", *hash));
}

TEST(Passwords, SaltsEachHash) {
  Passwords passwords;
  EXPECT_NE(passwords.hash_now("correct horse").value(),
            passwords.hash_now("correct horse").value());
}

TEST(Passwords, NobodyHasAPassword) {
  Passwords passwords;
  EXPECT_FALSE(passwords.verify_now("", std::nullopt));
  EXPECT_FALSE(passwords.verify_now("correct horse", std::nullopt));
}

TEST(Passwords, HaveALength) {
  EXPECT_FALSE(check_password("1234567").has_value());
  EXPECT_TRUE(check_password("12345678").has_value());
  EXPECT_TRUE(check_password(std::string(1024, 'x')).has_value());
  EXPECT_FALSE(check_password(std::string(1025, 'x')).has_value());
}

TEST(RecentPasswords, AreKnownForTenMinutes) {
  RecentPasswords recent;
  const auto now = Micros::from_seconds(1'000'000);
  recent.keep("secret", "$hash", now);
  EXPECT_TRUE(recent.is_known("secret", "$hash", now.plus_seconds(599)));
  EXPECT_FALSE(recent.is_known("secret", "$hash", now.plus_seconds(600)));
}

TEST(RecentPasswords, ForgetWhenThePasswordChanges) {
  RecentPasswords recent;
  const auto now = Micros::from_seconds(1'000'000);
  recent.keep("secret", "$hash", now);
  EXPECT_FALSE(recent.is_known("secret", "$other", now));
  EXPECT_FALSE(recent.is_known("other", "$hash", now));
}

TEST(RecentPasswords, StayBounded) {
  RecentPasswords recent;
  const auto now = Micros::from_seconds(1'000'000);
  for (int i = 0; i < 1001; ++i) recent.keep("secret" + std::to_string(i), "$hash", now);
  EXPECT_FALSE(recent.is_known("secret0", "$hash", now));
  EXPECT_TRUE(recent.is_known("secret1000", "$hash", now));
}

}  // namespace
}  // namespace kohaku::hub
