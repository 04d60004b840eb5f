#include "store/object_store.h"

#include <sys/resource.h>

#include <csignal>
#include <thread>
#include <vector>

#include "store/block_checksums.h"
#include "store/scrub.h"
#include "store/store_fixture.h"

namespace kohaku::store {
namespace {

constexpr std::size_t mebibyte = checksum_block_bytes;

// Lets no file of this process grow beyond `bytes`: what a write then says is what a full disk says.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(StoreTest, PublishedBytesAreReadBack) {
  const auto bytes = noise(3 * mebibyte + 17);
  ASSERT_TRUE(publish(bytes));
  const auto object = find(bytes).value();
  ASSERT_TRUE(object);
  EXPECT_EQ(object->size, bytes.size());
  EXPECT_EQ(read(*object, 0, bytes.size()).value(), bytes);
  EXPECT_EQ(read(*object, mebibyte - 3, 9).value(), bytes.substr(mebibyte - 3, 9));
  EXPECT_EQ(read(*object, bytes.size(), 0).value(), "");
  EXPECT_EQ(read(*object, bytes.size(), 1).error().code, Code::range_not_satisfiable);
  EXPECT_EQ(read(*object, 1, bytes.size()).error().code, Code::range_not_satisfiable);
  EXPECT_EQ(count_files(root_ / "staging"), 0U);
}

TEST_F(StoreTest, AnEmptyObjectIsOne) {
  ASSERT_TRUE(publish(""));
  EXPECT_EQ(read(**find(""), 0, 0).value(), "");
  EXPECT_TRUE(store_->check(true).value().problems.empty());
}

TEST_F(StoreTest, OtherRepositoriesDoNotSeeIt) {
  ASSERT_TRUE(publish("secret"));
  EXPECT_TRUE(*find("secret", first));
  EXPECT_FALSE(*find("secret", second));
}

TEST_F(StoreTest, WrongBytesAreRefusedAndLeaveNothing) {
  for (int i = 0; i < 20; ++i) {
    auto staging = stage(noise(5000));
    const auto verified = staging.verify(sha256(noise(5000, 2)), 5000);
    ASSERT_EQ(verified.error().code, Code::unprocessable);
    EXPECT_FALSE(run_task(store_->publish(std::move(staging), first, later())));
  }
  EXPECT_EQ(count_files(root_), 0U);
  EXPECT_EQ(count("SELECT COUNT(*) FROM large_object"), 0);
}

TEST_F(StoreTest, AnotherSizeIsRefused) {
  const auto bytes = noise(5000);
  auto staging = stage(bytes);
  EXPECT_EQ(staging.verify(sha256(bytes), 5001).error().code, Code::unprocessable);
}

TEST_F(StoreTest, UnverifiedBytesAreNotPublished) {
  auto staging = stage("x");
  EXPECT_EQ(run_task(store_->publish(std::move(staging), first, later())).error().code,
            Code::internal);
  EXPECT_EQ(count_files(root_), 0U);
}

TEST_F(StoreTest, TwoAtOnceMakeOneCopyAndTwoLinks) {
  const auto bytes = noise(mebibyte);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] { EXPECT_TRUE(publish(bytes, i % 2 == 0 ? first : second)); });
  }
  threads.clear();
  EXPECT_EQ(count("SELECT COUNT(*) FROM large_object"), 1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM object_link"), 2);
  EXPECT_EQ(count_files(root_), 2U);  // the bytes and their check sums
  EXPECT_EQ(read(**find(bytes), 0, bytes.size()).value(), bytes);
}

TEST_F(StoreTest, NothingIsPublishedIntoAMissingRepository) {
  EXPECT_EQ(publish("x", RepoId{99}).error().code, Code::repo_not_found);
  EXPECT_EQ(count("SELECT COUNT(*) FROM large_object"), 0);
}

TEST_F(StoreTest, WhatElseTheTransactionAsksMayRefuse) {
  auto staging = stage("x");
  ASSERT_TRUE(staging.verify(sha256("x"), 1));
  const auto refused =
      run_task(store_->publish(std::move(staging), first, later(), [](db::Connection&) -> Result<> {
        return fail(Code::forbidden, "no");
      }));
  EXPECT_EQ(refused.error().code, Code::forbidden);
  EXPECT_FALSE(*find("x"));
}

TEST_F(StoreTest, AFlippedBitIsSeenOnTheFirstReadAfterAStart) {
  const auto bytes = noise(3 * mebibyte);
  ASSERT_TRUE(publish(bytes));
  const auto object = **find(bytes);
  flip_bit(store_->files().object(object.physical_name), 2 * mebibyte + 5);
  open();
  EXPECT_TRUE(read(object, 0, 2 * mebibyte));
  EXPECT_FALSE(read(object, 0, bytes.size()));
  EXPECT_EQ(store_->damaged_blocks(), 1U);
  EXPECT_FALSE(read(object, 3 * mebibyte - 1, 1));
  EXPECT_EQ(store_->damaged_blocks(), 2U);
  EXPECT_EQ(store_->check(true).value().problems.size(), 1U);
  EXPECT_TRUE(store_->check(false).value().problems.empty());
}

TEST_F(StoreTest, DamagedCheckSumsAndALostEndAreSeen) {
  ASSERT_TRUE(publish("one"));
  ASSERT_TRUE(publish("two"));
  flip_bit(store_->files().checksums((*find("one"))->physical_name), 26);
  std::filesystem::resize_file(store_->files().object((*find("two"))->physical_name), 2);
  open();
  EXPECT_FALSE(read(**find("one"), 0, 3));
  EXPECT_FALSE(read(**find("two"), 0, 3));
  EXPECT_EQ(store_->check(false).value().problems.size(), 2U);
}

TEST_F(StoreTest, AMissingFileIsReportedAndTheNextUploadHealsIt) {
  ASSERT_TRUE(publish("bytes"));
  std::filesystem::remove(store_->files().object((*find("bytes"))->physical_name));
  open();
  EXPECT_EQ(store_->check(false).value().problems.size(), 1U);
  ASSERT_TRUE(publish("bytes", second));
  EXPECT_EQ(read(**find("bytes", first), 0, 5).value(), "bytes");
  EXPECT_TRUE(store_->check(true).value().problems.empty());
}

TEST_F(StoreTest, AFullDiskIsSaidSoAndLeavesNothing) {
  const auto bytes = noise(3 * mebibyte);
  {
    const FileSizeLimit limit(mebibyte);
    auto staging = store_->stage().value();
    EXPECT_EQ(staging.write(as_bytes(bytes)).error().code, Code::insufficient_storage);
  }
  EXPECT_EQ(count_files(root_), 0U);
  EXPECT_TRUE(publish(bytes));
}

TEST_F(StoreTest, LinksAreCopiedOnlyFromARepositoryThatHoldsTheObject) {
  ASSERT_TRUE(publish("x"));
  const auto link = [&](RepoId from, RepoId to) {
    return database_->write_now([&](db::Connection& c) {
      return ObjectStore::link_from(c, from, to, sha256("x"), later(), clock_.now());
    });
  };
  EXPECT_FALSE(*link(second, second));
  EXPECT_FALSE(*find("x", second));
  EXPECT_TRUE(*link(first, second));
  EXPECT_TRUE(*find("x", second));
}

TEST_F(StoreTest, ALinkIsOnlyEverProlonged) {
  ASSERT_TRUE(publish("x"));
  const auto renew = [&](RepoId repo, Micros until) {
    return database_->write_now(
        [&](db::Connection& c) { return ObjectStore::renew(c, repo, sha256("x"), until); });
  };
  EXPECT_TRUE(*renew(first, clock_.now()));
  EXPECT_EQ(count("SELECT keep_until FROM object_link"), later().value);
  EXPECT_TRUE(*renew(first, later().plus_seconds(5)));
  EXPECT_EQ(count("SELECT keep_until FROM object_link"), later().plus_seconds(5).value);
  EXPECT_FALSE(*renew(second, later()));
}

// A crash between the rename and the row.
TEST_F(StoreTest, FilesWithoutARowAreInvisibleAndSweptByAge) {
  ASSERT_TRUE(publish("x"));
  const auto name = (*find("x"))->physical_name;
  execute("DELETE FROM object_link");
  execute("DELETE FROM large_object");
  open();
  EXPECT_FALSE(*find("x"));
  const auto orphans = [&](std::int64_t age) {
    return find_orphans(*database_, store_->files(), clock_.now().plus_seconds(-age)).value();
  };
  EXPECT_TRUE(orphans(3600).empty());
  ASSERT_EQ(orphans(-60).size(), 1U);
  ASSERT_TRUE(store_->remove_orphan(orphans(-60)[0].physical_name));
  EXPECT_EQ(count_files(root_), 0U);
}

TEST_F(StoreTest, FilesWithARowAreNoOrphans) {
  ASSERT_TRUE(publish("x"));
  EXPECT_TRUE(
      find_orphans(*database_, store_->files(), clock_.now().plus_seconds(60)).value().empty());
  ASSERT_TRUE(store_->remove_orphan((*find("x"))->physical_name));
  EXPECT_EQ(read(**find("x"), 0, 1).value(), "x");
}

TEST_F(StoreTest, AStartSweepsOldStagingOnly) {
  const auto old = store_->files().staging() / "old.new";
  const auto young = store_->files().staging() / "young.new";
  const auto parts = store_->files().staging() / "old.parts";
  for (const auto& path : {old, young, parts}) ASSERT_TRUE(os::create_new(path));
  const auto two_days_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(48);
  std::filesystem::last_write_time(old, two_days_ago);
  std::filesystem::last_write_time(parts, two_days_ago);
  open();
  EXPECT_FALSE(os::exists(old));
  EXPECT_TRUE(os::exists(young));
  EXPECT_TRUE(os::exists(parts));
  std::filesystem::last_write_time(parts, two_days_ago - std::chrono::hours(24 * 7));
  open();
  EXPECT_FALSE(os::exists(parts));
}

TEST_F(StoreTest, ReadersOfACollectedObjectReadOn) {
  const auto bytes = noise(2 * mebibyte);
  ASSERT_TRUE(publish(bytes));
  const auto body = std::get<http::FileBody>(store_->read(**find(bytes), 0, bytes.size()).value());
  const auto name = (*find(bytes))->physical_name;
  execute("DELETE FROM object_link");
  execute("DELETE FROM large_object");
  ASSERT_TRUE(store_->remove_orphan(name));
  EXPECT_TRUE(body.verify(mebibyte, mebibyte));
}

}  // namespace
}  // namespace kohaku::store
