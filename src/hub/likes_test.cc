#include "hub/likes.h"

#include <thread>
#include <vector>

#include "hub/commit_fixture.h"

namespace kohaku::hub {
namespace {

class LikesTest : public CommitTest {
 protected:
  SignedInWriter signed_in(const User& user) {
    return value_of(Access(hub()).signed_in_writer(writer(user)));
  }
  Result<ReadableRepo> see(const User& user, const Repo& repo) {
    return Access(hub()).readable(writer(user), repo.type, {repo.owner, repo.name});
  }
  Result<std::int64_t> try_like(const User& user, const Repo& repo) {
    return run_task(like(hub(), signed_in(user), TRY(see(user, repo))));
  }
  Result<std::int64_t> try_unlike(const User& user, const Repo& repo) {
    return run_task(unlike(hub(), signed_in(user), TRY(see(user, repo))));
  }
  std::int64_t stored_count() { return count("SELECT likes_count FROM repository WHERE id = ?1"); }
  std::int64_t rows() { return count("SELECT count(*) FROM repository_like WHERE repo_id = ?1"); }
  LikerPage likers(std::size_t limit, const std::string& cursor = "") {
    return read([&](db::Connection& c) { return list_likers(c, repo_.id, limit, cursor); });
  }
  LikedPage liked(const Caller& caller, std::size_t limit = 100, const std::string& cursor = "") {
    return read([&](db::Connection& c) { return list_liked(c, caller, bob_.id, limit, cursor); });
  }

  User bob_ = add_account("bob");
};

TEST_F(LikesTest, LikingTwiceIsLikingOnce) {
  EXPECT_EQ(value_of(try_like(bob_, repo_)), 1);
  EXPECT_EQ(value_of(try_like(bob_, repo_)), 1);
  EXPECT_EQ(value_of(try_like(ada_, repo_)), 2);
  EXPECT_EQ(value_of(try_unlike(bob_, repo_)), 1);
  EXPECT_EQ(value_of(try_unlike(bob_, repo_)), 1);
  EXPECT_EQ(stored_count(), 1);
  EXPECT_EQ(rows(), 1);
}

TEST_F(LikesTest, OnlyOnesOwnLikeIsTold) {
  value_of(try_like(bob_, repo_));
  const auto told = [&](const Caller& caller) {
    return read([&](db::Connection& c) { return has_liked(c, caller, repo_.id); });
  };
  EXPECT_TRUE(told(caller(bob_)));
  EXPECT_FALSE(told(caller(ada_)));
  EXPECT_FALSE(told(Caller{}));
}

TEST_F(LikesTest, ManyAtOnceCountRight) {
  std::vector<User> users;
  for (int i = 0; i < 64; ++i) users.push_back(add_account("user" + std::to_string(i)));
  std::vector<std::jthread> threads;
  for (std::size_t begin = 0; begin < 8; ++begin) {
    threads.emplace_back([&, begin] {
      for (int round = 0; round < 3; ++round) {
        for (std::size_t i = begin; i < users.size() + begin; i += 8) {
          const auto& user = users[i % users.size()];
          EXPECT_TRUE(try_like(user, repo_));
          EXPECT_TRUE(try_like(user, repo_));
          if ((i + static_cast<std::size_t>(round)) % 3 == 0) {
            EXPECT_TRUE(try_unlike(user, repo_));
          }
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(stored_count(), rows());
  EXPECT_GT(rows(), 0);
  EXPECT_LT(rows(), 64);
}

TEST_F(LikesTest, SeveralWritersOfOneLikeMakeOne) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 16; ++round) EXPECT_TRUE(try_like(bob_, repo_));
    });
  }
  threads.clear();
  EXPECT_EQ(stored_count(), 1);
  EXPECT_EQ(rows(), 1);
}

TEST_F(LikesTest, WhatOneCannotSeeIsMissing) {
  auto seen = value_of(see(bob_, repo_));
  execute("UPDATE repository SET private = 1 WHERE id = ?1", repo_.id);
  EXPECT_EQ(try_like(bob_, repo_).error().code, Code::repo_not_found);
  // Also when it went out of sight after it was looked up.
  const auto late = run_task(like(hub(), signed_in(bob_), seen));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::repo_not_found);
  EXPECT_EQ(stored_count(), 0);
}

TEST_F(LikesTest, LikersComeNewestFirstInPages) {
  for (const auto* name : {"eve", "dan", "cid"}) {
    clock().advance_seconds(1);
    value_of(try_like(add_account(name), repo_));
  }
  value_of(try_like(bob_, repo_));  // at the same moment as cid
  const auto first = likers(2);
  ASSERT_EQ(first.likers.size(), 2U);
  EXPECT_EQ(first.total, 4);
  EXPECT_EQ(first.likers[0].name, "cid");
  EXPECT_EQ(first.likers[1].name, "bob");
  const auto second = likers(2, first.next_cursor);
  ASSERT_EQ(second.likers.size(), 2U);
  EXPECT_EQ(second.likers[0].name, "dan");
  EXPECT_EQ(second.likers[1].name, "eve");
  EXPECT_EQ(second.next_cursor, "");
  for (const auto* cursor : {"x", "1", "1.", ".1", "1.2.3", "99999999999999999999.1"}) {
    const auto page = hub().database.read_now(
        [&](db::Connection& c) { return list_likers(c, repo_.id, 2, cursor); });
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, Code::bad_request);
  }
}

TEST_F(LikesTest, LikedReposHoldOnlyWhatTheCallerMayKnowOf) {
  const auto lab = add_account("lab", "org");
  join(lab, bob_, "visitor");
  const auto secret = add_repo(lab, "secret", true);
  const auto own = add_repo(bob_, "own", true, RepoType::dataset);
  for (const auto& repo : {repo_, secret, own}) {
    clock().advance_seconds(1);
    value_of(try_like(bob_, repo));
  }
  const auto all = liked(caller(bob_), 2);
  EXPECT_EQ(all.total, 3);
  ASSERT_EQ(all.repos.size(), 2U);
  EXPECT_EQ(all.repos[0].full_name, "bob/own");
  EXPECT_EQ(all.repos[0].type, RepoType::dataset);
  EXPECT_EQ(all.repos[1].full_name, "lab/secret");
  const auto rest = liked(caller(bob_), 2, all.next_cursor);
  ASSERT_EQ(rest.repos.size(), 1U);
  EXPECT_EQ(rest.repos[0].full_name, "ada/bird");
  for (const auto& other : {caller(ada_), Caller{}}) {
    const auto seen = liked(other);
    EXPECT_EQ(seen.total, 1);
    ASSERT_EQ(seen.repos.size(), 1U);
    EXPECT_EQ(seen.repos[0].full_name, "ada/bird");
  }
}

TEST_F(LikesTest, GoWithTheRepositoryAndWithTheUser) {
  const auto other = create("other");
  value_of(try_like(bob_, repo_));
  value_of(try_like(ada_, repo_));
  value_of(try_like(bob_, other));
  value_of(
      hub().database.write_now([&](db::Connection& c) { return remove_likes_of(c, bob_.id); }));
  EXPECT_EQ(stored_count(), 1);
  EXPECT_EQ(rows(), 1);
  const auto admin = value_of(Access(hub()).repo_admin(writer(ada_), repo_.type, {"ada", "bird"}));
  value_of(run_task(delete_repository(hub(), admin)));
  EXPECT_EQ(rows(), 0);
}

}  // namespace
}  // namespace kohaku::hub
