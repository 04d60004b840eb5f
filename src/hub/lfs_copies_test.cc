#include "hub/lfs_copies.h"

#include "hub/commit_fixture.h"

namespace kohaku::hub {
namespace {

class LfsCopiesTest : public CommitTest {
 protected:
  Result<std::vector<bool>> copy(std::vector<WantedCopy> wanted) {
    return run_task(copy_objects(hub(), writable(source_), writable(), std::move(wanted)));
  }
  Sha256 upload_to_source(const std::string& bytes) {
    const auto object = upload(bytes);
    execute("UPDATE object_link SET repo_id = ?1 WHERE repo_id = ?2 AND sha256 = ?3", source_.id,
            repo_.id, object);
    return object;
  }

  Repo source_ = create("source");
};

TEST_F(LfsCopiesTest, ALinkedObjectCanBeCommittedWithoutItsSize) {
  const auto object = upload_to_source("weights");
  EXPECT_FALSE(try_commit(header_line("too early") + lfs_line("w.bin", object)));
  EXPECT_EQ(value_of(copy({{.sha256 = object, .xet_hash = {}}})), std::vector<bool>{true});
  must_commit(header_line("copy") + lfs_line("w.bin", object));
  EXPECT_NE(show("w.bin").find("size 7"), std::string::npos);
}

TEST_F(LfsCopiesTest, WhatOnlyOthersHoldIsLikeWhatNobodyHolds) {
  const auto third = create("third");
  const auto object = upload("elsewhere");
  execute("UPDATE object_link SET repo_id = ?1 WHERE sha256 = ?2", third.id, object);
  EXPECT_EQ(
      value_of(copy(
          {{.sha256 = object, .xet_hash = {}}, {.sha256 = sha256("nowhere"), .xet_hash = {}}, {}})),
      (std::vector<bool>{false, false, false}));
}

TEST_F(LfsCopiesTest, AXetHashNamesAnObjectToo) {
  const auto object = upload_to_source("weights");
  const auto hash = xet::chunk_hash(as_bytes("weights"));
  EXPECT_EQ(value_of(copy({{.sha256 = {}, .xet_hash = hash}})), std::vector<bool>{false});
  execute("UPDATE large_object SET xet_hash = ?1 WHERE sha256 = ?2", hash, object);
  EXPECT_EQ(value_of(copy({{.sha256 = {}, .xet_hash = hash}})), std::vector<bool>{true});
}

TEST_F(LfsCopiesTest, RightsAreAskedAgain) {
  const auto object = upload_to_source("weights");
  const auto bob = add_account("bob");
  const auto space = value_of(Access(hub()).namespace_writer(writer(bob), "bob"));
  const auto target_repo =
      value_of(run_task(create_repository(hub(), space, {.name = "mine", .sdk = {}, .files = {}})));
  const RepoName source_name{source_.owner, source_.name};
  const auto source =
      value_of(Access(hub()).readable_content(writer(bob), source_.type, source_name));
  const auto target =
      value_of(Access(hub()).writable(writer(bob), target_repo.type, {"bob", "mine"}));
  const auto code = [&] {
    const auto copied =
        run_task(copy_objects(hub(), source, target, {{.sha256 = object, .xet_hash = {}}}));
    return copied ? std::optional<Code>{} : copied.error().code;
  };
  execute("UPDATE repository SET gated = 'manual' WHERE id = ?1", source_.id);
  EXPECT_EQ(code(), Code::repo_not_found);
  execute("UPDATE repository SET gated = 'false' WHERE id = ?1", source_.id);
  execute("UPDATE repository SET owner_id = ?1 WHERE id = ?2", ada_.id, target_repo.id);
  EXPECT_EQ(code(), Code::forbidden);
  execute("UPDATE repository SET owner_id = ?1 WHERE id = ?2", bob.id, target_repo.id);
  EXPECT_EQ(code(), std::nullopt);
}

}  // namespace
}  // namespace kohaku::hub
