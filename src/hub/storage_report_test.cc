#include "hub/storage_report.h"

#include "hub/commit_fixture.h"
#include "store/chunk_fixture.h"

namespace kohaku::hub {
namespace {

using store::MadeFile;
using store::sample_xorb;
using store::SampleXorb;

class StorageReportTest : public ReadingTest {
 protected:
  StorageReportTest() { value_of(store::publish_xorb(hub().objects, xorb_)); }

  void add(const MadeFile& file, const Repo& repo) {
    value_of(store::publish_file(hub().database, file, repo.id, later(), clock().now()));
  }
  void add_whole(const std::string& content, const Repo& repo) {
    auto staging = value_of(hub().objects.stage());
    value_of(staging.write(as_bytes(content)));
    value_of(staging.verify(sha256(content), content.size()));
    value_of(run_task(hub().objects.publish(std::move(staging), repo.id, later())));
    value_of(store::identify_all(hub().database, clock(), hub().objects));
  }
  // The xorb that a whole object of one is a view of.
  SampleXorb view_of(const std::string& content) {
    const auto terms = store::terms_of(hub().database, sha256(content));
    const auto xorb = value_of(hub().objects.xorbs().get(terms.at(0).xorb));
    SampleXorb view{xorb->hash(), xorb->chunks(), {}, {}};
    for (std::uint32_t i = 0; i < xorb->count(); ++i) {
      view.contents.push_back(content.substr(xorb->offset(i), xorb->chunks()[i].size));
    }
    return view;
  }
  Micros later() { return clock().now().plus_seconds(1000); }

  StorageReport report(const Repo& repo, const User& user) {
    return value_of(report_storage(hub(), value_of(Access(hub()).readable_content(
                                              caller(user), repo.type, {repo.owner, repo.name}))));
  }

  User ada_ = add_account("ada");
  User bob_ = add_account("bob");
  Repo repo_ = add_repo(ada_, "first");
  Repo public_ = add_repo(bob_, "shown");
  Repo private_ = add_repo(bob_, "hidden", true);
  // Of letters, so that chunks shrink.
  SampleXorb xorb_ = store::pack_xorb({std::string(10'000, 'a'), std::string(11'000, 'b'),
                                       std::string(12'000, 'c'), std::string(13'000, 'd')});
};

TEST_F(StorageReportTest, AnEmptyRepositoryTakesNothing) {
  execute("INSERT INTO pack (repo_id, name, bytes, objects, created_at) VALUES (?1, 'p', 77, 1, 0)",
          repo_.id);
  const auto empty = report(repo_, ada_);
  EXPECT_EQ(empty.objects, 0U);
  EXPECT_EQ(empty.named_bytes, 0U);
  EXPECT_EQ(empty.stored_bytes, 0U);
  EXPECT_EQ(empty.git_bytes, 77U);
}

TEST_F(StorageReportTest, ChunksCountOnceAndPacked) {
  add(MadeFile().add(xorb_, 0, 3), repo_);
  add(MadeFile().add(xorb_, 1, 3).add(xorb_, 1, 2), repo_);
  const auto found = report(repo_, ada_);
  EXPECT_EQ(found.objects, 2U);
  EXPECT_EQ(found.named_bytes, 33'000U + 34'000U);
  EXPECT_EQ(found.stored_bytes, xorb_.packed_bytes(0, 3));
  EXPECT_LT(found.stored_bytes, 1000U);
  EXPECT_EQ(found.shared_with_revisions_bytes, 34'000U);
  EXPECT_EQ(found.shared_with_repositories_bytes, 0U);
}

TEST_F(StorageReportTest, ViewsOfOnesOwnWholeObjectsTakeNothing) {
  const auto content = store::noise(300'000);
  add_whole(content, repo_);
  const auto view = view_of(content);
  const auto file = MadeFile().add(view, 0, 1).add(xorb_, 3, 4);
  add(file, repo_);
  const auto found = report(repo_, ada_);
  EXPECT_EQ(found.named_bytes, content.size() + file.content().size());
  EXPECT_EQ(found.stored_bytes, content.size() + xorb_.packed_bytes(3, 4));
  EXPECT_EQ(found.shared_with_revisions_bytes, view.chunks[0].size);
}

TEST_F(StorageReportTest, ViewsOfOthersCountAsBytes) {
  const auto content = store::noise(300'000);
  add_whole(content, public_);
  const auto view = view_of(content);
  add(MadeFile().add(view, 0, 2), repo_);
  const auto size = view.chunks[0].size + view.chunks[1].size;
  const auto found = report(repo_, ada_);
  EXPECT_EQ(found.stored_bytes, size);
  EXPECT_EQ(found.shared_with_repositories_bytes, size);
  EXPECT_EQ(report(public_, ada_).shared_with_repositories_bytes, size);
}

TEST_F(StorageReportTest, OnlyRepositoriesThatOneMayReadAreToldOf) {
  const auto content = store::noise(300'000);
  add_whole(content, repo_);
  add_whole(content, private_);
  add(MadeFile().add(xorb_, 0, 3), repo_);
  add(MadeFile().add(xorb_, 1, 4), private_);
  EXPECT_EQ(report(repo_, ada_).shared_with_repositories_bytes, 0U);
  EXPECT_EQ(report(repo_, bob_).shared_with_repositories_bytes,
            content.size() + xorb_.packed_bytes(1, 3));
  EXPECT_EQ(report(repo_, ada_).stored_bytes, report(repo_, bob_).stored_bytes);
  add(MadeFile().add(xorb_, 2, 4), public_);
  EXPECT_EQ(report(repo_, ada_).shared_with_repositories_bytes, xorb_.packed_bytes(2, 3));
}

TEST_F(StorageReportTest, TheOperatorSeesAll) {
  add(MadeFile().add(xorb_, 0, 3), repo_);
  add(MadeFile().add(xorb_, 0, 3), private_);
  add_whole("something", public_);
  const auto all = value_of(report_hub_storage(hub(), ""));
  ASSERT_EQ(all.repositories.size(), 3U);
  EXPECT_EQ(all.repositories[0].name, "models/ada/first");
  EXPECT_EQ(all.repositories[1].name, "models/bob/hidden");
  EXPECT_EQ(all.repositories[1].report.named_bytes, 33'000U);
  EXPECT_EQ(all.named_bytes, 66'009U);
  EXPECT_EQ(all.stored_bytes, xorb_.packed.size() + 9);
  EXPECT_NE(to_text(all, true).find("total "), std::string::npos);

  const auto one = value_of(report_hub_storage(hub(), "Ada/first"));
  ASSERT_EQ(one.repositories.size(), 1U);
  EXPECT_EQ(to_text(one, false).find("total "), std::string::npos);
  EXPECT_EQ(report_hub_storage(hub(), "ada/none").error().code, Code::not_found);
  EXPECT_EQ(report_hub_storage(hub(), "ada").error().code, Code::bad_request);
}

}  // namespace
}  // namespace kohaku::hub
