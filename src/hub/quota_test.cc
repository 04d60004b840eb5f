#include "hub/quota.h"

#include "hub/lfs_copies.h"
#include "hub/repositories.h"
#include "hub/storage_use.h"
#include "hub/xet_fixture.h"

namespace kohaku::hub {
namespace {

class QuotaTest : public XetTest {
 protected:
  void hold(const std::string& content, const Repo& repo) {
    auto staging = value_of(hub().objects.stage());
    value_of(staging.write(as_bytes(content)));
    value_of(staging.verify(sha256(content), content.size()));
    value_of(run_task(hub().objects.publish(std::move(staging), repo.id, later())));
  }
  Micros later() { return clock().now().plus_seconds(1000); }

  static ArrivingObject arriving(const std::string& content) {
    return {sha256(content), content.size()};
  }
  Result<> check(const Repo& repo, const std::vector<ArrivingObject>& objects = {}) {
    return hub().database.read_now(
        [&](db::Connection& c) { return check_quota(c, hub().config, repo.id, objects); });
  }
  bool has_room(const Repo& repo, const std::vector<ArrivingObject>& objects = {}) {
    const auto checked = check(repo, objects);
    if (!checked) EXPECT_EQ(checked.error().code, Code::quota_exceeded) << checked.error().message;
    return checked.has_value();
  }

  void grant(const User& owner, std::string_view public_, std::string_view private_) {
    value_of(set_quota_limits(hub(), owner.name, value_of(parse_quota_limit(public_)),
                              value_of(parse_quota_limit(private_))));
  }
  static Caller writing(const User& user) {
    auto writer = caller(user);
    writer.may_write = true;
    return writer;
  }
  OrgAdmin admin(const User& owner) {
    return value_of(Access(hub()).org_admin(writing(owner), owner.name));
  }
  RepoAdmin repo_admin(const User& owner, const Repo& repo) {
    return value_of(Access(hub()).repo_admin(writing(owner), repo.type, {repo.owner, repo.name}));
  }
  Result<> set(const User& owner, NamespaceQuotaChange change) {
    return run_task(set_namespace_quota(hub(), admin(owner), change));
  }

  Repo owl_ = add_repo(ada_, "owl");
  Repo den_ = add_repo(ada_, "den", true);
};

TEST_F(QuotaTest, WithoutAQuotaEverythingHasRoom) {
  hold(std::string(1000, 'a'), bird_);
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, std::uint64_t{1} << 60U}}));
}

TEST_F(QuotaTest, ToTheLastByte) {
  hold(std::string(600, 'a'), bird_);
  grant(ada_, "1000", "default");
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 400}}));
  EXPECT_FALSE(has_room(bird_, {{std::nullopt, 401}}));
  EXPECT_FALSE(has_room(owl_, {{std::nullopt, 401}})) << "the namespace's other repository";
  EXPECT_FALSE(has_room(bird_, {{std::nullopt, ~std::uint64_t{0}}, {std::nullopt, 2}}));
}

TEST_F(QuotaTest, TheSameObjectCountsOnce) {
  const std::string held(600, 'a');
  const std::string other(300, 'b');
  hold(held, bird_);
  hold(held, owl_);
  grant(ada_, "1000", "default");
  EXPECT_TRUE(has_room(owl_, {arriving(held), arriving(other), arriving(other)}));
  EXPECT_FALSE(has_room(owl_, {arriving(other), {std::nullopt, 300}}));
}

TEST_F(QuotaTest, WhatOthersHoldTakesNothingOff) {
  const std::string content(600, 'a');
  hold(content, add_repo(bob_, "theirs"));
  grant(ada_, "500", "default");
  EXPECT_FALSE(has_room(bird_, {arriving(content)}));
}

TEST_F(QuotaTest, PublicAndPrivateAreCountedApart) {
  const std::string content(600, 'a');
  hold(content, den_);
  grant(ada_, "1000", "600");
  EXPECT_TRUE(has_room(bird_, {arriving(content), {std::nullopt, 400}}));
  EXPECT_FALSE(has_room(bird_, {arriving(content), {std::nullopt, 401}}));
  EXPECT_TRUE(has_room(den_, {arriving(content)}));
  EXPECT_FALSE(has_room(den_, {{std::nullopt, 1}}));
}

TEST_F(QuotaTest, ThePacksCount) {
  execute("INSERT INTO pack (repo_id, name, bytes, objects, created_at) VALUES (?1, 'p', 77, 1, 0)",
          bird_.id);
  grant(ada_, "100", "default");
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 23}}));
  EXPECT_FALSE(has_room(bird_, {{std::nullopt, 24}}));
}

TEST_F(QuotaTest, TheLowestQuotaBinds) {
  grant(ada_, "1000", "1000");
  value_of(set(ada_, {.public_ = QuotaBytes(800)}));
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 800}}));
  EXPECT_FALSE(has_room(bird_, {{std::nullopt, 801}}));
  value_of(run_task(set_repo_quota(hub(), repo_admin(ada_, bird_), 500)));
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 500}}));
  EXPECT_FALSE(has_room(bird_, {{std::nullopt, 501}}));
  EXPECT_TRUE(has_room(owl_, {{std::nullopt, 800}}));
}

TEST_F(QuotaTest, TogetherTheyMayHoldLess) {
  hold(std::string(600, 'a'), den_);
  value_of(set(ada_, {.total = QuotaBytes(1000)}));
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 400}}));
  EXPECT_FALSE(has_room(bird_, {{std::nullopt, 401}}));
  value_of(set(ada_, {.total = QuotaBytes()}));
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 401}}));
}

TEST_F(QuotaTest, OwnersMaySetNoMoreThanTheSiteGrants) {
  grant(ada_, "1000", "2000");
  EXPECT_EQ(code_of(set(ada_, {.public_ = QuotaBytes(1001)})), Code::bad_request);
  EXPECT_EQ(code_of(set(ada_, {.private_ = QuotaBytes(2001)})), Code::bad_request);
  EXPECT_EQ(code_of(set(ada_, {.total = QuotaBytes(3001)})), Code::bad_request);
  value_of(set(ada_, {QuotaBytes(3000), QuotaBytes(1000), QuotaBytes(2000)}));
  EXPECT_EQ(code_of(run_task(set_repo_quota(hub(), repo_admin(ada_, bird_), 1001))),
            Code::bad_request);
  value_of(run_task(set_repo_quota(hub(), repo_admin(ada_, bird_), 1000)));
}

TEST_F(QuotaTest, TheSiteMayTakeBackWhatItGranted) {
  value_of(set(ada_, {.public_ = QuotaBytes(5000)}));
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 5000}}));
  grant(ada_, "1000", "default");
  EXPECT_FALSE(has_room(bird_, {{std::nullopt, 1001}}));
  grant(ada_, "unlimited", "default");
  EXPECT_TRUE(has_room(bird_, {{std::nullopt, 5000}}));
}

TEST_F(QuotaTest, ARepositoryThatChangesItsVisibilityMustFit) {
  hold(std::string(600, 'a'), den_);
  grant(ada_, "500", "unlimited");
  RepoSettings settings;
  settings.private_ = false;
  EXPECT_EQ(code_of(run_task(change_settings(hub(), repo_admin(ada_, den_), settings))),
            Code::quota_exceeded);
  EXPECT_TRUE(read([&](db::Connection& c) { return find_repo_by_id(c, den_.id); })->private_);
  grant(ada_, "600", "unlimited");
  value_of(run_task(change_settings(hub(), repo_admin(ada_, den_), settings)));
}

TEST_F(QuotaTest, CopiedObjectsMustFit) {
  const std::string content(600, 'a');
  const auto theirs = add_repo(bob_, "theirs");
  hold(content, theirs);
  grant(ada_, "599", "default");
  const auto copy = [&] {
    return run_task(copy_objects(hub(), this->content(ada_, theirs), repo_admin(ada_, bird_),
                                 {{sha256(content), std::nullopt}}));
  };
  EXPECT_EQ(code_of(copy()), Code::quota_exceeded);
  EXPECT_EQ(rows("object_link"), 1);
  grant(ada_, "600", "default");
  EXPECT_EQ(value_of(copy()), std::vector<bool>{true});
}

TEST_F(QuotaTest, AShardIsRefusedBeforeAnythingIsHashed) {
  const auto xorb = noise_xorb({20'000, 20'000, 20'000});
  const auto sender = writer(ada_, bird_);
  value_of(put(sender, xorb));
  const auto file = file_of(xorb);
  const auto size = xorb.content(0, static_cast<std::uint32_t>(xorb.chunks.size())).size();
  grant(ada_, std::to_string(size - 1), "default");
  TextBody body(shard_of({file}, {&xorb}), 100);
  const auto shard = value_of(run_task(receive(body)));
  ShardVerification verification(hub(), sender, *shard);
  EXPECT_EQ(code_of(verification.advance()), Code::quota_exceeded);
  EXPECT_EQ(verification.verified_bytes(), 0U);
  grant(ada_, std::to_string(size), "default");
  value_of(put_shard(sender, shard_of({file}, {&xorb})));
  value_of(put_shard(sender, shard_of({file}, {&xorb})));
}

// What arrived meanwhile counts, whatever there was room for at first.
TEST_F(QuotaTest, AShardIsLookedAtAgainWhenItIsPublished) {
  const auto xorb = noise_xorb({20'000, 20'000, 20'000});
  const auto sender = writer(ada_, bird_);
  value_of(put(sender, xorb));
  grant(ada_, "60000", "default");
  TextBody body(shard_of({file_of(xorb)}, {&xorb}), 100);
  const auto shard = value_of(run_task(receive(body)));
  ShardVerification verification(hub(), sender, *shard);
  while (!value_of(verification.advance())) {
  }
  hold(std::string(50'000, 'a'), owl_);
  EXPECT_EQ(code_of(run_task(verification.publish())), Code::quota_exceeded);
  EXPECT_EQ(rows("object_link"), 1);
}

TEST_F(QuotaTest, StrangersLearnNothingOfThePrivatePart) {
  hold(std::string(600, 'a'), den_);
  hold(std::string(100, 'b'), bird_);
  const auto ours = value_of(find_namespace_quota(hub(), caller(ada_), "Ada"));
  EXPECT_TRUE(ours.is_member);
  EXPECT_EQ(ours.private_.used, 600U);
  EXPECT_EQ(ours.total.used, 700U);
  const auto theirs = value_of(find_namespace_quota(hub(), caller(bob_), "ada"));
  EXPECT_FALSE(theirs.is_member);
  EXPECT_EQ(theirs.public_.used, 100U);
  EXPECT_EQ(theirs.private_.used, 0U);
  EXPECT_EQ(theirs.total.used, 0U);
  EXPECT_EQ(code_of(find_own_namespace_quota(hub(), caller(bob_), "ada")), Code::forbidden);
  EXPECT_EQ(code_of(list_namespace_use(hub(), caller(bob_), "ada")), Code::forbidden);
  const auto use = value_of(list_namespace_use(hub(), caller(ada_), "ada"));
  ASSERT_EQ(use.repos.size(), 3U);
  EXPECT_EQ(use.repos[0].name, "den");
  EXPECT_EQ(use.repos[0].used, 600U);
  EXPECT_EQ(use.repos[1].name, "bird");
}

TEST_F(QuotaTest, LimitsAreBytesOrWords) {
  EXPECT_EQ(value_of(parse_quota_limit("0")).bytes, 0U);
  EXPECT_EQ(value_of(parse_quota_limit("default")).kind, QuotaLimit::Kind::server_default);
  EXPECT_EQ(value_of(parse_quota_limit("unlimited")).kind, QuotaLimit::Kind::none);
  for (const auto* text : {"", "-1", "1k", "9223372036854775808", "none"}) {
    EXPECT_EQ(code_of(parse_quota_limit(text)), Code::bad_request) << text;
  }
}

}  // namespace
}  // namespace kohaku::hub
