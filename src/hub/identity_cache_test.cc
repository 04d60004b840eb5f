#include "hub/identity_cache.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace kohaku::hub {
namespace {

Identity identity(std::int64_t user) {
  Identity identity;
  identity.user = AccountId{user};
  identity.kind = CredentialKind::token;
  return identity;
}

TEST(IdentityCache, KeepsNothingBeyondAChange) {
  IdentityCache cache;
  const auto key = sha256("token");
  cache.keep(key, 7, identity(1));
  ASSERT_TRUE(cache.find(key, CredentialKind::token, 7).has_value());
  EXPECT_EQ(cache.find(key, CredentialKind::token, 7)->user, AccountId{1});
  EXPECT_FALSE(cache.find(key, CredentialKind::token, 8).has_value());
  cache.keep(key, 8, identity(2));
  EXPECT_EQ(cache.find(key, CredentialKind::token, 8)->user, AccountId{2});
}

TEST(IdentityCache, ATokenIsNoCookie) {
  IdentityCache cache;
  cache.keep(sha256("token"), 7, identity(1));
  EXPECT_FALSE(cache.find(sha256("token"), CredentialKind::session, 7).has_value());
}

TEST(TokenTouches, AreDueOnceAMinute) {
  TokenTouches touches;
  const auto now = Micros::from_seconds(1'000'000);
  EXPECT_FALSE(touches.is_due(TokenId{1}, now.plus_seconds(-59), now));
  EXPECT_TRUE(touches.is_due(TokenId{1}, now.plus_seconds(-60), now));
  EXPECT_FALSE(touches.is_due(TokenId{1}, std::nullopt, now.plus_seconds(59)));
  EXPECT_TRUE(touches.is_due(TokenId{1}, std::nullopt, now.plus_seconds(60)));
  EXPECT_TRUE(touches.is_due(TokenId{2}, std::nullopt, now));
}

}  // namespace
}  // namespace kohaku::hub
