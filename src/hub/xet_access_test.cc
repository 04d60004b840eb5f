#include "hub/xet_access.h"

#include <gtest/gtest.h>

#include "hub/xet_fixture.h"

namespace kohaku::hub {
namespace {

using XetAccessTest = XetTest;

TEST_F(XetAccessTest, TheCasUrlSaysForWhomItIs) {
  const auto root = "/xet/" + std::to_string(ada_.id.value) + "/g1";
  EXPECT_EQ(grant(ada_, bird_, XetRight::write).cas_path, root);
  EXPECT_EQ(grant(bob_, bird_, XetRight::read).cas_path,
            root + "/u" + std::to_string(bob_.id.value));
  EXPECT_EQ(grant({}, bird_, XetRight::read).cas_path, root + "/anonymous");
  join(lab_, bob_, "visitor");
  EXPECT_EQ(grant(bob_, add_repo(lab_, "mice"), XetRight::read).cas_path,
            "/xet/" + std::to_string(lab_.id.value) + "/g1");
}

TEST_F(XetAccessTest, ATokenSpeaksForItsUserAndRepository) {
  const auto reading = reader(bob_, bird_);
  EXPECT_EQ(reading.repository().id, bird_.id);
  EXPECT_EQ(reading.user_id(), bob_.id);
  EXPECT_EQ(reading.scope(), (XetScope{ada_.id, bob_.id}));
  EXPECT_EQ(reader({}, bird_).user_id(), AccountId{});
  EXPECT_TRUE(reader({}, bird_).scope().is_anonymous());
  EXPECT_EQ(writer(ada_, bird_).scope(), (XetScope{ada_.id, {}}));
}

TEST_F(XetAccessTest, ATokenSaysWhoFetchedIt) {
  who_ = *stats::Who::from_hex("00ff0102030405060708090a0b0c0d0e");
  EXPECT_EQ(reader(bob_, bird_).who(), who_);
  EXPECT_EQ(reader({}, bird_).who(), who_);
}

TEST_F(XetAccessTest, ATokenEndsAfterAnHourAndSomeLeeway) {
  const auto given = grant(ada_, bird_, XetRight::write);
  EXPECT_EQ(given.expires, clock().now().seconds() + 3600);
  clock().advance_seconds(3600 + 300);
  EXPECT_TRUE(try_reader(given));
  EXPECT_TRUE(try_writer(given));
  clock().advance_seconds(1);
  EXPECT_EQ(code_of(try_reader(given)), Code::bad_credentials);
  EXPECT_EQ(code_of(try_writer(given)), Code::bad_credentials);
}

TEST_F(XetAccessTest, AnyOtherTokenIsRefused) {
  const auto given = grant(ada_, bird_, XetRight::write);
  ASSERT_TRUE(try_reader(given));
  for (std::size_t at = 0; at < given.token.size(); ++at) {
    auto wrong = given;
    wrong.token[at] = wrong.token[at] == '1' ? '2' : '1';
    EXPECT_EQ(code_of(try_reader(wrong)), Code::bad_credentials) << wrong.token;
    wrong.token = given.token.substr(0, at);
    EXPECT_EQ(code_of(try_reader(wrong)), Code::bad_credentials) << wrong.token;
  }
}

TEST_F(XetAccessTest, ATokenIsOfOneAddress) {
  const auto own = grant(ada_, bird_, XetRight::write);
  const auto guest = grant(bob_, bird_, XetRight::pull_request);
  for (const std::string& path :
       {guest.cas_path, own.cas_path + "/anonymous", std::string("/xet/0/g1"), own.cas_path + "/u0",
        std::string("/xet/") + std::to_string(bob_.id.value) + "/g1"}) {
    auto wrong = own;
    wrong.cas_path = path;
    EXPECT_EQ(code_of(try_writer(wrong)), Code::bad_credentials) << path;
  }
  auto wrong = guest;
  wrong.cas_path = own.cas_path;
  EXPECT_EQ(code_of(try_writer(wrong)), Code::bad_credentials);
  // An older generation is the same place.
  auto older = own;
  older.cas_path = "/xet/" + std::to_string(ada_.id.value) + "/g0";
  EXPECT_TRUE(try_writer(older));
}

// "v3" where a scope would stand is a route that is not offered: 404, which a client takes well.
TEST_F(XetAccessTest, WhatIsNoScopeIsNoAddress) {
  for (const auto* scope : {"v3", "u1x", "u-1", "x", "Anonymous"}) {
    auto wrong = grant(ada_, bird_, XetRight::write);
    wrong.cas_path += "/" + std::string(scope);
    EXPECT_EQ(code_of(try_writer(wrong)), Code::not_found) << scope;
    EXPECT_EQ(code_of(try_reader(wrong)), Code::not_found) << scope;
  }
}

TEST_F(XetAccessTest, AReadTokenDoesNotWrite) {
  EXPECT_EQ(code_of(try_writer(grant(ada_, bird_, XetRight::read))), Code::forbidden);
  EXPECT_EQ(code_of(try_writer(grant({}, bird_, XetRight::write))), Code::forbidden);
}

TEST_F(XetAccessTest, TheRightsBehindATokenAreAskedAnew) {
  join(lab_, bob_, "member");
  const auto mice = add_repo(lab_, "mice");
  const auto write = grant(bob_, mice, XetRight::write);
  ASSERT_TRUE(try_writer(write));
  execute("UPDATE membership SET role = 'visitor'");
  EXPECT_TRUE(try_reader(write));
  EXPECT_EQ(code_of(try_writer(write)), Code::forbidden);
}

// Who is no member any more must not go on asking in the name of all members, be the repository
// public: the casUrl opens what is registered in all of the namespace.
TEST_F(XetAccessTest, TheScopeOfANamespaceEndsWithTheMembership) {
  join(lab_, bob_, "member");
  const auto mice = add_repo(lab_, "mice");
  const auto given = grant(bob_, mice, XetRight::read);
  ASSERT_TRUE(try_reader(given));
  execute("DELETE FROM membership");
  EXPECT_EQ(code_of(try_reader(given)), Code::bad_credentials);
  EXPECT_TRUE(try_reader(grant(bob_, mice, XetRight::read)));
  // The other way round nothing is lost.
  const auto own = grant(bob_, mice, XetRight::pull_request);
  join(lab_, bob_, "member");
  EXPECT_TRUE(try_writer(own));
}

TEST_F(XetAccessTest, APrivateRepositoryIsAMissingOne) {
  const auto read = grant(bob_, bird_, XetRight::read);
  const auto pull_request = grant(bob_, bird_, XetRight::pull_request);
  const auto anonymous = grant({}, bird_, XetRight::read);
  ASSERT_TRUE(try_writer(pull_request));
  execute("UPDATE repository SET private = 1");
  for (const auto& given : {read, pull_request, anonymous}) {
    EXPECT_EQ(code_of(try_reader(given)), Code::repo_not_found);
  }
  EXPECT_EQ(code_of(try_writer(pull_request)), Code::repo_not_found);
  EXPECT_TRUE(try_writer(grant(ada_, bird_, XetRight::write)));
}

TEST_F(XetAccessTest, AUserWhoWentAndARepositoryThatWent) {
  const auto given = grant(bob_, bird_, XetRight::read);
  const auto own = grant(ada_, bird_, XetRight::write);
  execute("UPDATE account SET is_active = 0 WHERE id = ?1", bob_.id);
  EXPECT_EQ(code_of(try_reader(given)), Code::bad_credentials);
  execute("DELETE FROM repository");
  EXPECT_EQ(code_of(try_writer(own)), Code::repo_not_found);
}

TEST_F(XetAccessTest, WhatIsPublishedAsksTheRightOnceMore) {
  const auto writing = writer(ada_, bird_);
  const auto proposing = value_of(try_writer(grant(bob_, bird_, XetRight::pull_request)));
  const auto check = [&](const XetWriter& who) {
    return hub().database.read_now([&](db::Connection& c) { return check_still_allowed(c, who); });
  };
  EXPECT_TRUE(check(writing));
  EXPECT_TRUE(check(proposing));
  execute("UPDATE repository SET private = 1");
  EXPECT_TRUE(check(writing));
  EXPECT_EQ(code_of(check(proposing)), Code::repo_not_found);
  execute("UPDATE repository SET owner_id = ?1", lab_.id);
  EXPECT_EQ(code_of(check(writing)), Code::forbidden);
  execute("DELETE FROM repository");
  EXPECT_EQ(code_of(check(writing)), Code::repo_not_found);
}

TEST_F(XetAccessTest, AHigherGenerationIsANewCasUrl) {
  const auto path = [&](const Repo& repo) { return grant({}, repo, XetRight::read).cas_path; };
  const auto mice = add_repo(lab_, "mice");
  const auto write = [&](auto change) { value_of(hub().database.write_now(change)); };
  write([&](db::Connection& c) { return raise_xet_generation(c, ada_.id); });
  EXPECT_NE(path(bird_).find("/g2/"), std::string::npos);
  EXPECT_NE(path(mice).find("/g1/"), std::string::npos);
  write([&](db::Connection& c) { return raise_all_xet_generations(c); });
  EXPECT_NE(path(bird_).find("/g3/"), std::string::npos);
  EXPECT_NE(path(mice).find("/g2/"), std::string::npos);
}

}  // namespace
}  // namespace kohaku::hub
