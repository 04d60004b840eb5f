#include "hub/name_check.h"

#include "hub/accounts_fixture.h"
#include "hub/organizations.h"

namespace kohaku::hub {
namespace {

class NameCheckTest : public AccountsTest {
 protected:
  NameCheckTest() {
    execute("INSERT INTO repository (id, type, owner_id, name, lookup_name, private, created_at, "
            "updated_at) VALUES (1, 'model', " +
            std::to_string(ada_.id.value) + ", 'My-Model', 'my_model', 1, 0, 0), (2, 'model', " +
            std::to_string(ada_.id.value) + ", 'open', 'open', 0, 0, 0)");
  }

  NameCheck check(const Caller& caller, const std::string& name, RepoType type = RepoType::model) {
    return read([&](auto& c) { return check_repo_name(c, caller, type, {"ADA", name}); });
  }

  User ada_ = add_user("ada");
  User bob_ = add_user("bob");
};

TEST_F(NameCheckTest, OthersLearnOnlyOfWhatTheyMayRead) {
  EXPECT_FALSE(check(caller(ada_), "my.model").available);
  EXPECT_TRUE(check(caller(bob_), "my.model").available);
  EXPECT_TRUE(check({}, "my.model").available);
  EXPECT_FALSE(check({}, "open").available);
  EXPECT_TRUE(check(caller(ada_), "open", RepoType::dataset).available);
}

TEST_F(NameCheckTest, SaysWhatIsInTheWay) {
  const auto other = check(caller(ada_), "my.model");
  EXPECT_EQ(other.normalized_name, "my_model");
  EXPECT_EQ(other.conflict_with, "ada/My-Model");
  EXPECT_EQ(other.message,
            "Repository name conflicts with existing repository: My-Model (case-insensitive)");
  EXPECT_EQ(check(caller(ada_), "My-Model").message, "Repository ada/My-Model already exists");
  EXPECT_FALSE(check(caller(ada_), "-bad").available);
  EXPECT_EQ(check(caller(ada_), "free").message, "Repository name is available");
}

TEST_F(NameCheckTest, OfAccounts) {
  const auto taken = read([](auto& c) { return check_account_name(c, "Bob"); });
  EXPECT_FALSE(taken.available);
  EXPECT_EQ(taken.conflict_with, "bob");
  EXPECT_TRUE(read([](auto& c) { return check_account_name(c, "carol"); }).available);
}

}  // namespace
}  // namespace kohaku::hub
