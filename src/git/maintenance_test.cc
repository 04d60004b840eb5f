#include "git/maintenance.h"

#include <algorithm>

#include "git/fsck.h"
#include "git/refs.h"
#include "git/test_git.h"
#include "git/tree_editor.h"

namespace kohaku::git {
namespace {

class MaintenanceTest : public GitTest {
 protected:
  // Commits that each change one of a few long files, each commit its own pack.
  void SetUp() override {
    repository_ = make_repository();
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    for (int i = 0; i < 20; ++i) {
      text.replace(static_cast<std::size_t>(i) * 1000, 4, "LINE");
      add_commit("file" + std::to_string(i % 3), text);
    }
  }

  void add_commit(const std::string& path, const std::string& content) {
    auto pack = writer_for(*repository_);
    const auto blob = *pack.add(ObjectType::blob, as_bytes(content));
    const std::optional<Sha1> tree =
        head_ ? std::optional((*repository_->commit(*head_))->tree) : std::nullopt;
    TreeEditor editor(*repository_, tree);
    ASSERT_TRUE(editor.put(*RepoPath::parse(path), mode_file, blob));
    const auto root = *editor.write(pack);
    std::vector<Sha1> parents;
    if (head_) parents.push_back(*head_);
    head_ = *pack.add(ObjectType::commit,
                      as_bytes(serialize_commit(commit_of(root, parents, "m", time_ += 60))));
    blobs_.emplace_back(blob, content);
    const auto staged = *pack.finish();
    packs_.push_back(staged.name);
    ASSERT_TRUE(repository_->publish(staged));
    ASSERT_TRUE(project_refs(
        directory(), {{.name = "refs/heads/main", .target = *head_, .peeled = {}}}, "main"));
  }

  void expect_all_readable() {
    for (const auto& [id, content] : blobs_) {
      EXPECT_EQ(*repository_->read(id, ObjectType::blob, 1 << 20), content);
    }
    EXPECT_TRUE(fsck(directory())->empty());
  }

  const os::Path& directory() { return repository_->directory(); }
  os::Path staging() { return directory() / "staging"; }

  std::shared_ptr<Repository> repository_;
  std::optional<Sha1> head_;
  std::vector<std::pair<Sha1, std::string>> blobs_;
  std::vector<std::string> packs_;
  std::int64_t time_ = 1'700'000'000;
};

TEST_F(MaintenanceTest, ConsolidatesBesideReaders) {
  expect_all_readable();
  const auto staged = consolidate(directory(), staging(), packs_);
  ASSERT_TRUE(staged) << staged.error().detail;
  EXPECT_EQ(staged->objects, 60U);
  EXPECT_LT(staged->bytes, 100'000U) << "deltas must make it small";
  ASSERT_TRUE(repository_->publish(*staged));
  ASSERT_TRUE(index_packs(directory(), {staged->name}));
  EXPECT_TRUE(os::exists(directory() / "objects/pack/multi-pack-index"));
  expect_all_readable();

  ASSERT_TRUE(write_commit_graph(directory()));
  EXPECT_TRUE(os::exists(directory() / "objects/info/commit-graph"));
  ASSERT_TRUE(repository_->remove(packs_));
  ASSERT_TRUE(repository_->remove(packs_)) << "again is fine";
  expect_all_readable();
  ASSERT_TRUE(repository_->refresh());
  expect_all_readable();
  git(directory(), {"clone", "-q", "--bare", ".", (root() / "clone.git").native()});
  EXPECT_EQ(git(root() / "clone.git", {"rev-parse", "main"}), head_->hex());

  add_commit("file9", "after");
  expect_all_readable();
}

TEST_F(MaintenanceTest, UnreachableObjectsStayUnlessOnlyTheReachableAreCollected) {
  auto writer = writer_for(*repository_);
  const auto orphan = *writer.add(ObjectType::blob, as_bytes("nobody refers to this"));
  const auto staged_orphan = *writer.finish();
  ASSERT_TRUE(repository_->publish(staged_orphan));
  packs_.push_back(staged_orphan.name);

  const auto all = *consolidate(directory(), staging(), packs_);
  ASSERT_TRUE(repository_->publish(all));
  ASSERT_TRUE(remove_packs(directory(), packs_));
  ASSERT_TRUE(repository_->refresh());
  EXPECT_TRUE(repository_->contains(orphan));

  const auto reachable = *collect_reachable(directory(), staging());
  EXPECT_EQ(reachable.objects, 60U);
  ASSERT_TRUE(repository_->publish(reachable));
  ASSERT_TRUE(remove_packs(directory(), {all.name}));
  ASSERT_TRUE(repository_->refresh());
  EXPECT_FALSE(repository_->contains(orphan));
  expect_all_readable();
}

TEST_F(MaintenanceTest, AFailedAttemptLeavesNothingBehind) {
  const auto staged = consolidate(directory(), staging(), {packs_[0], "pack-that-is-not-there"});
  EXPECT_FALSE(staged);
  EXPECT_TRUE(os::list(staging())->empty());
}

TEST(RollUp, ChoosesAsGitDoes) {
  const auto chosen = [](const std::vector<std::uint64_t>& sizes) {
    std::vector<PackSize> packs;
    for (const auto size : sizes) packs.push_back({.name = std::to_string(size), .objects = size});
    std::string names;
    for (const auto& name : packs_to_roll_up(packs)) names += name + " ";
    return names;
  };
  EXPECT_EQ(chosen({}), "");
  EXPECT_EQ(chosen({5}), "");
  EXPECT_EQ(chosen({1, 2, 4, 8}), "");
  EXPECT_EQ(chosen({100, 3, 3}), "3 3 ");
  EXPECT_EQ(chosen({3, 3, 3, 100, 300}), "3 3 3 ");
  EXPECT_EQ(chosen({3, 3, 3, 10, 300}), "3 3 3 10 ") << "10 < 2 × 9";
  EXPECT_EQ(chosen({1, 3, 5, 100}), "1 3 5 ");
  EXPECT_EQ(chosen({1, 1, 3, 9, 20}), "1 1 3 9 20 ");
}

}  // namespace
}  // namespace kohaku::git
