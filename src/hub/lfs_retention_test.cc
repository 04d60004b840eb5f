#include "hub/lfs_retention.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "hub/reading_fixture.h"

namespace kohaku::hub {
namespace {

constexpr std::int64_t day = 86'400;
constexpr Micros now = Micros::from_seconds(100 * day);

ObjectLink link(bool committed, std::int64_t keep_days,
                std::optional<std::int64_t> since_days = {}) {
  ObjectLink made{sha256("object"), 1, now.plus_seconds(keep_days * day), {}, committed};
  if (since_days) made.unreachable_since = now.plus_seconds(-*since_days * day);
  return made;
}

const ReachableObjects nowhere;
const ReachableObjects in_history{{sha256("object")}, {}};
const ReachableObjects at_a_tip{{sha256("object")}, {sha256("object")}};
const std::unordered_set<Sha256> none;
const std::unordered_set<Sha256> outgrown{sha256("object")};

TEST(Retention, WhatARevisionNamesStays) {
  EXPECT_EQ(judge(link(true, -50), in_history, none, now), LinkFate::stays);
  EXPECT_EQ(judge(link(true, -50, 90), in_history, none, now), LinkFate::reached_again);
}

TEST(Retention, AnUploadWithoutACommitLivesUntilItsTime) {
  EXPECT_EQ(judge(link(false, 1), nowhere, none, now), LinkFate::stays);
  EXPECT_EQ(judge(link(false, 0), nowhere, none, now), LinkFate::goes);
}

TEST(Retention, WhatNoRevisionNamesAnyMoreHasSevenDays) {
  EXPECT_EQ(judge(link(true, -50), nowhere, none, now), LinkFate::begins_grace);
  EXPECT_EQ(judge(link(true, -50, 6), nowhere, none, now), LinkFate::stays);
  EXPECT_EQ(judge(link(true, -50, 7), nowhere, none, now), LinkFate::goes);
  EXPECT_EQ(judge(link(true, 1, 7), nowhere, none, now), LinkFate::stays);
}

TEST(Retention, OutgrownVersionsGoUnlessATipNamesThem) {
  EXPECT_EQ(judge(link(true, -1), in_history, outgrown, now), LinkFate::goes);
  EXPECT_EQ(judge(link(true, 1), in_history, outgrown, now), LinkFate::stays);
  EXPECT_EQ(judge(link(true, -1), at_a_tip, outgrown, now), LinkFate::stays);
}

class OutgrownTest : public ReadingTest {
 protected:
  void version(const Repo& repo, const std::string& path, const std::string& content) {
    execute("INSERT INTO lfs_version (repo_id, path, sha256, size, commit_id, created_at)"
            " VALUES (?1, ?2, ?3, 1, ?4, 0)",
            repo.id, path, sha256(content), sha1(as_bytes(content)));
  }
};

TEST_F(OutgrownTest, EachPathKeepsItsNewestVersions) {
  const auto ada = add_account("ada");
  const auto repo = add_repo(ada, "a");
  const auto other = add_repo(ada, "b");
  for (const auto* content : {"1", "2", "3", "3", "4"}) version(repo, "x.bin", content);
  version(repo, "y.bin", "1");     // still new there
  version(repo, "x.bin2", "old");  // a path of its own
  for (const auto* content : {"2", "5", "6"}) version(other, "x.bin", content);
  const auto found = read([&](db::Connection& c) { return find_outgrown(c, repo.id, 2); });
  EXPECT_EQ(found, std::unordered_set<Sha256>{sha256("2")});
}

}  // namespace
}  // namespace kohaku::hub
