#include "hub/lfs_gc.h"

#include <filesystem>

#include "git/lfs_pointer.h"
#include "hub/reading_fixture.h"
#include "store/store_fixture.h"

namespace kohaku::hub {
namespace {

constexpr std::int64_t day = 86'400;

class GarbageTest : public ReadingTest {
 protected:
  // As an upload does it: the object's links live seven days from now.
  Sha256 upload(const Repo& repo, const std::string& content) {
    auto staging = value_of(hub().objects.stage());
    value_of(staging.write(as_bytes(content)));
    value_of(staging.verify(sha256(content), content.size()));
    value_of(store::run_task(
        hub().objects.publish(std::move(staging), repo.id, clock().now().plus_seconds(7 * day))));
    return sha256(content);
  }

  std::string pointer(const std::string& content) {
    execute("INSERT INTO lfs_version (repo_id, path, sha256, size, commit_id, created_at)"
            " VALUES (?1, 'x.bin', ?2, ?3, ?4, 0)",
            repo_.id, sha256(content), static_cast<std::int64_t>(content.size()), sha1({}));
    return git::serialize_pointer({sha256(content), content.size()});
  }

  bool has(const Repo& repo, const std::string& content) {
    const auto id = sha256(content);
    return read([&](db::Connection& c) { return store::ObjectStore::find(c, repo.id, id); })
        .has_value();
  }

  GarbageReport collect(bool dry_run = false) { return value_of(collect_garbage(hub(), dry_run)); }

  std::size_t files() { return store::count_files(hub().objects.files().objects()); }

  User ada_ = add_account("ada");
  Repo repo_ = add_repo(ada_, "first");
  Repo other_ = add_repo(ada_, "second");
};

TEST_F(GarbageTest, AnUploadWithoutACommitGoesAfterSevenDays) {
  upload(repo_, "one");
  EXPECT_EQ(collect().objects, 0U);
  clock().advance_seconds(7 * day);
  const auto dry = collect(true);
  EXPECT_EQ(dry.objects, 1U);
  EXPECT_EQ(dry.bytes, 3U);
  ASSERT_EQ(dry.repositories.size(), 1U);
  EXPECT_EQ(dry.repositories[0].name, "models/ada/first");
  EXPECT_TRUE(has(repo_, "one"));
  EXPECT_EQ(collect().objects, 1U);
  EXPECT_FALSE(has(repo_, "one"));
}

TEST_F(GarbageTest, FilesFollowTheirRowsAnHourLater) {
  upload(repo_, "one");
  clock().advance_seconds(7 * day);
  collect();
  // The grace counts in the file system's time, which the test's clock stands behind or ahead of.
  EXPECT_EQ(files(), 2U);
  clock().set(os::SystemClock().now());
  EXPECT_EQ(collect().files, 0U);
  clock().advance_seconds(3700);
  EXPECT_EQ(collect(true).files, 1U);
  EXPECT_EQ(files(), 2U);
  EXPECT_EQ(collect().files, 1U);
  EXPECT_EQ(files(), 0U);
}

TEST_F(GarbageTest, AnObjectStaysWhileAnyRepositoryHoldsIt) {
  upload(repo_, "one");
  clock().advance_seconds(day);
  upload(other_, "one");
  clock().advance_seconds(6 * day);
  const auto dry = collect(true);
  EXPECT_EQ(dry.repositories.size(), 1U);
  EXPECT_EQ(dry.objects, 0U);
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_FALSE(has(repo_, "one"));
  EXPECT_TRUE(has(other_, "one"));
}

TEST_F(GarbageTest, WhatHistoryNamesStaysForEver) {
  for (const std::string content : {"one", "two"}) {
    upload(repo_, content);
    commit(repo_, {{"deep/x.bin", pointer(content)}});
  }
  clock().advance_seconds(400 * day);
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_TRUE(has(repo_, "one"));
  EXPECT_TRUE(has(repo_, "two"));
}

TEST_F(GarbageTest, WhatNoRefReachesAnyMoreHasSevenDays) {
  upload(repo_, "one");
  commit(repo_, {{"readme", "x"}});
  commit(repo_, {{"x.bin", pointer("one")}}, "Add", "side");
  clock().advance_seconds(30 * day);
  EXPECT_EQ(collect().objects, 0U);
  execute("DELETE FROM ref WHERE name = 'refs/heads/side'");
  EXPECT_EQ(collect().objects, 0U);
  clock().advance_seconds(6 * day);
  EXPECT_EQ(collect().objects, 0U);
  clock().advance_seconds(2 * day);
  EXPECT_EQ(collect().objects, 1U);
}

TEST_F(GarbageTest, ReachedAgainTheGraceBeginsAnew) {
  upload(repo_, "one");
  const auto tip = commit(repo_, {{"x.bin", pointer("one")}}, "Add", "side");
  clock().advance_seconds(30 * day);
  execute("DELETE FROM ref WHERE name = 'refs/heads/side'");
  collect();
  clock().advance_seconds(6 * day);
  set_ref(repo_, "refs/tags/v1", tip);
  collect();
  execute("DELETE FROM ref WHERE name = 'refs/tags/v1'");
  clock().advance_seconds(2 * day);
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_TRUE(has(repo_, "one"));
}

TEST_F(GarbageTest, ARepositoryThatCannotBeReadLosesNothing) {
  upload(repo_, "one");
  set_ref(repo_, "refs/heads/main", sha1(as_bytes("no such commit")));
  clock().advance_seconds(30 * day);
  const auto report = collect();
  EXPECT_EQ(report.objects, 0U);
  EXPECT_EQ(report.skipped.size(), 1U);
  EXPECT_TRUE(has(repo_, "one"));
}

TEST_F(GarbageTest, ObjectsOfADeletedRepositoryGo) {
  upload(repo_, "one");
  execute("DELETE FROM repository WHERE id = ?1", repo_.id);
  EXPECT_EQ(collect().objects, 1U);
}

TEST_F(GarbageTest, ExpiredUploadsGoWithTheirParts) {
  execute(
      "INSERT INTO upload (id, repo_id, user_id, sha256, size, part_size, created_at, expires_at)"
      " VALUES ('u1', ?1, ?2, ?3, 10, 5, 0, ?4)",
      repo_.id, ada_.id, sha256("x"), clock().now().plus_seconds(day));
  value_of(hub().objects.parted_uploads().open("u1"));
  EXPECT_EQ(collect().uploads, 0U);
  clock().advance_seconds(day);
  EXPECT_EQ(collect(true).uploads, 1U);
  EXPECT_EQ(store::count_files(hub().objects.files().staging()), 1U);
  EXPECT_EQ(collect().uploads, 1U);
  EXPECT_EQ(store::count_files(hub().objects.files().staging()), 0U);
}

}  // namespace
}  // namespace kohaku::hub
