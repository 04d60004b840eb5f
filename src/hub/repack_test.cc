#include "hub/repack.h"

#include <algorithm>
#include <string>
#include <vector>

#include "hub/commit_draft.h"
#include "hub/commit_fixture.h"
#include "hub/commit_publish.h"

namespace kohaku::hub {
namespace {

class RepackTest : public CommitTest {
 protected:
  void commit_many(int from, int to) {
    for (int i = from; i < to; ++i) {
      const auto path =
          "folder" + std::to_string(i % 5) + "/file" + std::to_string(i % 20) + ".txt";
      must_commit(header_line("Commit") +
                  file_line(path, std::string(3000, 'a') + std::to_string(i)));
    }
  }
  std::vector<std::string> registered() {
    std::vector<std::string> names;
    for (auto& [name] : read([&](db::Connection& c) {
           return c.sql("SELECT name FROM pack WHERE repo_id = ?1 ORDER BY name")
               .bind(repo_.id)
               .all<std::string>();
         })) {
      names.push_back(name);
    }
    return names;
  }
  os::Path packs() { return directory(repo_) / "objects" / "pack"; }
  std::size_t pack_files() {
    return static_cast<std::size_t>(
        std::ranges::count_if(value_of(os::list(packs())),
                              [](const auto& entry) { return entry.name.ends_with(".pack"); }));
  }
  void expect_whole(int commits) {
    EXPECT_EQ("", fsck());
    EXPECT_EQ(std::to_string(commits + 1) + "\n", git({"rev-list", "--count", "main"}));
    const auto repository = value_of(hub().repositories.get(repo_.id));
    const auto tip = value_of(read_tip(hub(), repo_.id, "main"));
    EXPECT_TRUE(value_of(repository->find(tip.tree, "folder3/file3.txt")));
  }
};

TEST_F(RepackTest, ManyPacksBecomeFewBesideReadersAndTheOldOnesGoAnHourLater) {
  commit_many(0, 60);
  const auto reader = value_of(hub().repositories.get(repo_.id));
  const auto before = registered();
  ASSERT_EQ(61U, before.size());
  EXPECT_EQ(std::vector{repo_.id}, value_of(find_repacking_candidates(hub(), {})));
  EXPECT_TRUE(value_of(repack(hub(), repo_.id)));
  EXPECT_EQ(1U, registered().size());
  EXPECT_EQ(62U, pack_files()) << "running readers may have found the old ones";
  EXPECT_TRUE(os::exists(packs() / "multi-pack-index"));
  EXPECT_TRUE(os::exists(directory(repo_) / "objects/info/commit-graph"));
  EXPECT_FALSE(value_of(repack(hub(), repo_.id))) << "nothing is left to do";

  EXPECT_TRUE(value_of(find_retired_packs(hub())).empty());
  clock().advance_seconds(retired_pack_seconds - 1);
  EXPECT_EQ(0U, value_of(remove_retired_packs(hub(), repo_.id)));
  clock().advance_seconds(2);
  EXPECT_EQ(std::vector{repo_.id}, value_of(find_retired_packs(hub())));
  EXPECT_EQ(61U, value_of(remove_retired_packs(hub(), repo_.id)));
  EXPECT_EQ(1U, pack_files());
  EXPECT_TRUE(value_of(find_retired_packs(hub())).empty());
  expect_whole(60);
  commit_many(60, 65);
  expect_whole(65);
}

TEST_F(RepackTest, FewPacksStayAsTheyAre) {
  commit_many(0, 10);
  const auto before = registered();
  EXPECT_FALSE(value_of(repack(hub(), repo_.id)));
  EXPECT_EQ(before, registered());
}

TEST_F(RepackTest, APackThatIsRegisteredAgainStays) {
  commit_many(0, 60);
  const auto old = registered();
  ASSERT_TRUE(value_of(repack(hub(), repo_.id)));
  execute("INSERT INTO pack (repo_id, name, objects, bytes, created_at) VALUES (?1, ?2, 3, 1, 0)",
          repo_.id, old.front());
  clock().advance_seconds(retired_pack_seconds + 1);
  EXPECT_EQ(60U, value_of(remove_retired_packs(hub(), repo_.id)));
  EXPECT_TRUE(os::exists(packs() / (old.front() + ".pack")));
  expect_whole(60);
}

TEST_F(RepackTest, APackThatWentMeanwhileIsNotRegistered) {
  Publication publication;
  publication.repo = repo_.id;
  publication.writer = writable().user().id;
  publication.packs.push_back({.name = "pack-" + std::string(40, '0')});
  const auto published = run_task(publish(hub(), std::move(publication)));
  ASSERT_FALSE(published);
  EXPECT_EQ(Code::unavailable, published.error().code);
}

}  // namespace
}  // namespace kohaku::hub
