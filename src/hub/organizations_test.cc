#include "hub/organizations.h"

#include "hub/accounts_fixture.h"

namespace kohaku::hub {
namespace {

class OrganizationsTest : public AccountsTest {
 protected:
  OrganizationsTest() {
    ok(create_organization(hub(), boss_, "works", "What we do"));
    for (const auto& [user, role] :
         {std::pair{admin_, Role::admin}, {member_, Role::member}, {visitor_, Role::visitor}}) {
      ok(add(boss_, user, role));
    }
  }

  Result<> add(const User& actor, const User& user, Role role) {
    return add_member(hub(), TRY(Access(hub()).org_admin(caller(actor), "works")), user.name, role);
  }
  Result<> change(const User& actor, const User& user, Role role) {
    return change_role(hub(), TRY(Access(hub()).org_admin(caller(actor), "works")), user.name,
                       role);
  }
  Result<> remove(const User& actor, const User& user) {
    return remove_member(hub(), TRY(Access(hub()).signed_in_writer(caller(actor))), "works",
                         user.name);
  }
  Role role(const User& user) {
    for (const auto& found : read([&](auto& c) { return list_memberships(c, user.id); })) {
      if (found.name == "works") return found.role;
    }
    return Role::none;
  }

  User boss_ = add_user("boss");
  User admin_ = add_user("admina");
  User member_ = add_user("member");
  User visitor_ = add_user("visitor");
  User stranger_ = add_user("stranger");
};

TEST_F(OrganizationsTest, TheCreatorIsSuperAdmin) {
  EXPECT_EQ(role(boss_), Role::super_admin);
  EXPECT_EQ(role(admin_), Role::admin);
  EXPECT_EQ(role(member_), Role::member);
  EXPECT_EQ(role(visitor_), Role::visitor);
  EXPECT_EQ(role(stranger_), Role::none);
}

TEST_F(OrganizationsTest, NamesFollowTheRulesOfAccounts) {
  EXPECT_EQ(code_of(create_organization(hub(), boss_, "Works", "")), Code::bad_request);
  EXPECT_EQ(code_of(create_organization(hub(), boss_, "Boss", "")), Code::bad_request);
  EXPECT_EQ(code_of(create_organization(hub(), boss_, "org", "")), Code::bad_request);
  EXPECT_EQ(code_of(create_organization(hub(), boss_, "fine", std::string(2001, 'x'))),
            Code::bad_request);
}

TEST_F(OrganizationsTest, OnlyAdminsAddMembers) {
  for (const auto& actor : {member_, visitor_, stranger_}) {
    EXPECT_EQ(code_of(add(actor, stranger_, Role::visitor)), Code::forbidden) << actor.name;
  }
  EXPECT_EQ(role(stranger_), Role::none);
  ok(add(admin_, stranger_, Role::admin));
  EXPECT_EQ(role(stranger_), Role::admin);
  EXPECT_EQ(code_of(add(admin_, stranger_, Role::visitor)), Code::conflict);
  EXPECT_EQ(role(stranger_), Role::admin);
}

TEST_F(OrganizationsTest, NobodyGrantsAboveTheirOwnRole) {
  EXPECT_EQ(code_of(add(admin_, stranger_, Role::super_admin)), Code::forbidden);
  EXPECT_EQ(code_of(change(admin_, member_, Role::super_admin)), Code::forbidden);
  EXPECT_EQ(code_of(change(admin_, admin_, Role::super_admin)), Code::forbidden);
  ok(change(admin_, member_, Role::admin));
  ok(change(boss_, member_, Role::super_admin));
  EXPECT_EQ(role(member_), Role::super_admin);
}

TEST_F(OrganizationsTest, OnlySuperAdminsTouchAdmins) {
  ok(add(boss_, stranger_, Role::admin));
  EXPECT_EQ(code_of(change(admin_, stranger_, Role::member)), Code::forbidden);
  EXPECT_EQ(code_of(remove(admin_, stranger_)), Code::forbidden);
  EXPECT_EQ(code_of(change(admin_, boss_, Role::member)), Code::forbidden);
  EXPECT_EQ(code_of(remove(admin_, boss_)), Code::forbidden);
  ok(remove(admin_, member_));
  ok(change(boss_, stranger_, Role::visitor));
  ok(remove(boss_, admin_));
  EXPECT_EQ(role(admin_), Role::none);
  EXPECT_EQ(role(stranger_), Role::visitor);
}

TEST_F(OrganizationsTest, EverybodyMayLeaveButTheLastSuperAdmin) {
  ok(remove(visitor_, visitor_));
  ok(remove(admin_, admin_));
  EXPECT_EQ(code_of(remove(boss_, boss_)), Code::bad_request);
  EXPECT_EQ(code_of(change(boss_, boss_, Role::admin)), Code::bad_request);
  ok(change(boss_, boss_, Role::super_admin));
  ok(change(boss_, member_, Role::super_admin));
  ok(remove(boss_, boss_));
  EXPECT_EQ(role(boss_), Role::none);
  EXPECT_EQ(code_of(remove(member_, member_)), Code::bad_request);
}

TEST_F(OrganizationsTest, MembersDoNotRemoveEachOther) {
  EXPECT_EQ(code_of(remove(member_, visitor_)), Code::forbidden);
  EXPECT_EQ(code_of(remove(stranger_, visitor_)), Code::forbidden);
  EXPECT_EQ(code_of(remove(stranger_, stranger_)), Code::not_found);
  EXPECT_EQ(code_of(change(boss_, stranger_, Role::member)), Code::not_found);
}

TEST_F(OrganizationsTest, AUsersOwnNameIsNoOrganization) {
  const auto own = ok(Access(hub()).org_admin(caller(boss_), "boss"));
  EXPECT_EQ(code_of(add_member(hub(), own, "member", Role::member)), Code::not_found);
}

TEST_F(OrganizationsTest, MembersComeInPages) {
  const auto org = read([](auto& c) { return require_organization(c, "works"); });
  EXPECT_EQ(read([&](auto& c) { return count_members(c, org.id); }), 4);
  const auto first = read([&](auto& c) { return list_members(c, org.id, {}, 3); });
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(first[0].name, "boss");
  const auto rest = read([&](auto& c) { return list_members(c, org.id, first.back().user, 3); });
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].name, "visitor");
}

TEST(Roles, HaveWords) {
  for (const auto role : {Role::visitor, Role::member, Role::admin, Role::super_admin}) {
    EXPECT_EQ(parse_role(to_string(role)).value(), role);
  }
  EXPECT_FALSE(parse_role("owner").has_value());
  EXPECT_FALSE(parse_role("none").has_value());
  EXPECT_FALSE(parse_role("").has_value());
}

}  // namespace
}  // namespace kohaku::hub
