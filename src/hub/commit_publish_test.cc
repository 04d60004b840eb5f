#include "hub/commit_publish.h"

#include "hub/commit_fixture.h"

namespace kohaku::hub {
namespace {

class PublishTest : public CommitTest {
 protected:
  Publication publication(const std::string& ref, std::optional<Sha1> expected,
                          std::optional<Sha1> target) {
    Publication result;
    result.repo = repo_.id;
    result.writer = ada_.id;
    RefChange change{.name = ref, .expected = expected, .target = target};
    if (target) change.commit = *target;
    result.refs.push_back(change);
    return result;
  }
  Result<> run(Publication wanted) { return run_task(publish(hub(), std::move(wanted))); }
  Sha1 head_now() { return *head(repo_); }
};

TEST_F(PublishTest, comparesBeforeItSwaps) {
  const auto old = head_now();
  const auto now = must_commit(header_line("x") + file_line("a", "1"));
  const auto lost = run(publication("refs/heads/main", old, old));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::conflict);
  EXPECT_TRUE(is_lost_race(lost.error()));
  EXPECT_EQ(head_now(), now);
  EXPECT_TRUE(run(publication("refs/heads/main", now, old)));
  EXPECT_EQ(head_now(), old);
}

TEST_F(PublishTest, aNewRefMustBeNew) {
  const auto made = run(publication("refs/heads/main", std::nullopt, head_now()));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::conflict);
  EXPECT_EQ(made.error().message, "Reference refs/heads/main already exists");
  EXPECT_FALSE(is_lost_race(made.error()));
}

TEST_F(PublishTest, noRefLiesBelowAnother) {
  ASSERT_TRUE(run(publication("refs/heads/feat/x", std::nullopt, head_now())));
  for (const char* name : {"refs/heads/feat", "refs/heads/feat/x/y", "refs/heads/main/y"}) {
    const auto made = run(publication(name, std::nullopt, head_now()));
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, Code::conflict) << name;
  }
  for (const char* name :
       {"refs/heads/feat/y", "refs/heads/feat-x", "refs/heads/fea", "refs/tags/feat"}) {
    EXPECT_TRUE(run(publication(name, std::nullopt, head_now()))) << name;
  }
}

TEST_F(PublishTest, asksForRightsAgain) {
  const auto bob = add_account("bob");
  auto wanted = publication("refs/heads/b", std::nullopt, head_now());
  wanted.writer = bob.id;
  EXPECT_EQ(run(wanted).error().code, Code::forbidden);
  execute("UPDATE repository SET private = 1 WHERE id = ?1", repo_.id);
  EXPECT_EQ(run(wanted).error().code, Code::repo_not_found);
  wanted.writer = ada_.id;
  execute("UPDATE account SET is_active = 0 WHERE id = ?1", ada_.id);
  EXPECT_FALSE(run(wanted));
  execute("UPDATE account SET is_active = 1 WHERE id = ?1", ada_.id);
  EXPECT_TRUE(run(wanted));
  execute("DELETE FROM repository WHERE id = ?1", repo_.id);
  EXPECT_EQ(run(publication("refs/heads/c", std::nullopt, Sha1{})).error().code,
            Code::repo_not_found);
}

TEST_F(PublishTest, allOrNothing) {
  const auto before = count("SELECT refs_version FROM repository WHERE id = ?1");
  auto wanted = publication("refs/heads/b", std::nullopt, head_now());
  wanted.path_changes.push_back({"", "x", head_now()});
  wanted.objects.push_back({"x", sha256("unknown"), 7, head_now()});
  const auto failed = run(wanted);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::bad_request);
  EXPECT_EQ(head(repo_, "b"), std::nullopt);
  EXPECT_EQ(last_change("", "x"), std::nullopt);
  EXPECT_EQ(count("SELECT refs_version FROM repository WHERE id = ?1"), before);
  wanted.objects.clear();
  EXPECT_TRUE(run(wanted));
  EXPECT_EQ(count("SELECT refs_version FROM repository WHERE id = ?1"), before + 1);
}

TEST_F(PublishTest, anObjectThatWasUnlinkedMeanwhileIsRefused) {
  const auto oid = upload("bytes");
  auto wanted = publication("refs/heads/b", std::nullopt, head_now());
  wanted.objects.push_back({"x", oid, 5, head_now()});
  execute("DELETE FROM object_link WHERE repo_id = ?1", repo_.id);
  EXPECT_EQ(run(wanted).error().code, Code::bad_request);
}

}  // namespace
}  // namespace kohaku::hub
