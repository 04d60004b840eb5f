#include "hub/stray_packs.h"

#include <chrono>
#include <filesystem>

#include "hub/commit_fixture.h"

namespace kohaku::hub {
namespace {

class StrayPacksTest : public CommitTest {
 protected:
  os::Path packs() { return directory(repo_) / "objects" / "pack"; }

  void touch(const std::string& name, std::int64_t seconds_ago) {
    const auto now = std::chrono::sys_seconds(std::chrono::seconds(hub().clock.now().seconds()));
    const auto time = std::chrono::file_clock::from_sys(now - std::chrono::seconds(seconds_ago));
    for (const auto* extension : {".pack", ".idx"}) {
      const auto file = packs() / (name + extension);
      if (os::exists(file)) std::filesystem::last_write_time(file, time);
    }
  }

  // A pack that was put in place so long ago and then not registered, with this blob in it.
  std::string leave(const std::string& content, std::int64_t seconds_ago) {
    auto writer = value_of(git::PackWriter::create(hub().repositories.staging(repo_.id)));
    value_of(writer.add(git::ObjectType::blob, as_bytes(content)));
    const auto pack = value_of(writer.finish());
    value_of(value_of(hub().repositories.get(repo_.id))->publish(pack));
    touch(pack.name, seconds_ago);
    return pack.name;
  }

  std::vector<RepoId> found() { return value_of(find_repositories_with_stray_packs(hub())); }
  std::uint64_t settle(const StrayPacks& stray) {
    return value_of(settle_stray_packs(hub(), repo_.id, stray));
  }
  StrayPacks judge() { return value_of(judge_stray_packs(hub(), repo_.id)).value(); }
  bool is_there(const std::string& name) { return os::exists(packs() / (name + ".pack")); }
  std::string last_registered() {
    return std::get<0>(*read([&](db::Connection& c) {
      return c
          .sql("SELECT name FROM pack WHERE repo_id = ?1 ORDER BY created_at DESC, name LIMIT 1")
          .bind(repo_.id)
          .first<std::string>();
    }));
  }
  std::int64_t registered() { return count("SELECT COUNT(*) FROM pack WHERE repo_id = ?1"); }
};

constexpr auto long_ago = least_stray_seconds + 60;

TEST_F(StrayPacksTest, WhatNobodyRegisteredGoesByAge) {
  must_commit(header_line("Add") + file_line("a.txt", "a"));
  for (const auto& entry : value_of(os::list(packs()))) {
    touch(entry.name.substr(0, entry.name.find('.')), long_ago);
  }
  const auto young = leave("young", least_stray_seconds - 60);
  EXPECT_TRUE(found().empty())
      << "registered ones stay, and those that a push may be about to register";
  const auto old = leave("old", long_ago);
  const auto half = leave("half", long_ago);
  value_of(os::remove_file(packs() / (half + ".idx")));
  EXPECT_EQ(std::vector{repo_.id}, found());
  const auto stray = judge();
  EXPECT_FALSE(stray.needed);
  EXPECT_EQ(2U, settle(stray));
  EXPECT_FALSE(is_there(old));
  EXPECT_FALSE(is_there(half));
  EXPECT_TRUE(is_there(young));
  EXPECT_TRUE(found().empty());
  EXPECT_EQ("", fsck());
  EXPECT_EQ("a", show("a.txt"));
  EXPECT_TRUE(value_of(os::list(hub().repositories.staging(repo_.id))).empty());
}

TEST_F(StrayPacksTest, RetiredOnesHaveAnotherJob) {
  const auto name = leave("retired", long_ago);
  execute("INSERT INTO retired_pack (repo_id, name, retired_at) VALUES (?1, ?2, 0)", repo_.id,
          name);
  EXPECT_TRUE(found().empty());
}

TEST_F(StrayPacksTest, WhatARefCameToNeedIsRegistered) {
  must_commit(header_line("Add") + file_line("a.txt", "a"));
  const auto name = last_registered();
  execute("DELETE FROM pack WHERE repo_id = ?1 AND name = ?2", repo_.id, name);
  touch(name, long_ago);
  const auto before = registered();
  const auto stray = judge();
  EXPECT_TRUE(stray.needed);
  EXPECT_EQ(0U, settle(stray));
  EXPECT_TRUE(is_there(name));
  EXPECT_EQ(before + 1, registered());
  EXPECT_TRUE(found().empty());
  EXPECT_EQ("", fsck());
}

TEST_F(StrayPacksTest, NothingGoesWhenRefsMovedSinceTheWalk) {
  const auto name = leave("old", long_ago);
  const auto stray = judge();
  must_commit(header_line("Meanwhile") + file_line("a.txt", "a"));
  EXPECT_EQ(0U, settle(stray));
  EXPECT_TRUE(is_there(name));
  EXPECT_EQ(1U, settle(judge()));
}

TEST_F(StrayPacksTest, WhatWasRegisteredSinceTheWalkStays) {
  const auto name = leave("old", long_ago);
  const auto stray = judge();
  execute("INSERT INTO pack (repo_id, name, objects, bytes, created_at) VALUES (?1, ?2, 1, 1, 0)",
          repo_.id, name);
  EXPECT_EQ(0U, settle(stray));
  EXPECT_TRUE(is_there(name));
}

}  // namespace
}  // namespace kohaku::hub
