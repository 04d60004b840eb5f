#include "hub/lfs_links.h"

#include "base/hash.h"
#include "hub/reading_fixture.h"

namespace kohaku::hub {
namespace {

class LfsLinksTest : public ReadingTest {
 protected:
  Upload promise(const User& user, std::optional<std::uint64_t> part_size = {}) {
    const auto offer = value_of(hub().database.write_now([&](db::Connection& c) {
      return offer_upload(c, repo_.id, user.id, {sha256("bytes"), 50}, part_size, clock().now());
    }));
    EXPECT_EQ(offer.kind, UploadOffer::Kind::wanted);
    return offer.upload;
  }

  LinkProof sign(const Upload& upload, UploadAct act, std::int64_t part = 0) {
    return sign_upload_link(hub().secrets, upload, act, part);
  }

  Code open(const Upload& upload, UploadAct act, std::int64_t part, const LinkProof& proof) {
    const auto opened = open_upload_link(hub(), upload.id, act, part, proof);
    return opened ? Code::not_implemented : opened.error().code;
  }
  static constexpr Code accepted = Code::not_implemented;  // what no link is ever refused with

  User ada_ = add_account("ada");
  User bob_ = add_account("bob");
  Repo repo_ = add_repo(ada_, "model", true);
};

TEST_F(LfsLinksTest, ALinkAllowsItsOwnActOnly) {
  const auto upload = promise(ada_, 10);
  const auto proof = sign(upload, UploadAct::part, 2);
  EXPECT_EQ(open(upload, UploadAct::part, 2, proof), accepted);
  EXPECT_EQ(open(upload, UploadAct::part, 3, proof), Code::forbidden);
  EXPECT_EQ(open(upload, UploadAct::complete, 0, proof), Code::forbidden);
  EXPECT_EQ(open(upload, UploadAct::whole, 0, proof), Code::forbidden);
  EXPECT_EQ(open(upload, UploadAct::complete, 2, proof), Code::forbidden);
}

TEST_F(LfsLinksTest, EveryEditOfTheProofIsRefused) {
  const auto upload = promise(ada_);
  const auto proof = sign(upload, UploadAct::whole);
  for (std::size_t at = 0; at < proof.signature.size(); ++at) {
    for (const char c : std::string_view("Aa0_-=%")) {
      auto edited = proof;
      if (edited.signature[at] == c) continue;
      edited.signature[at] = c;
      ASSERT_EQ(open(upload, UploadAct::whole, 0, edited), Code::forbidden);
    }
  }
  for (const auto& expires : {proof.expires + "0", "0" + proof.expires, "+" + proof.expires,
                              " " + proof.expires, std::string(), std::string("9999999999")}) {
    EXPECT_EQ(open(upload, UploadAct::whole, 0, {expires, proof.signature}), Code::forbidden);
  }
  EXPECT_EQ(open(upload, UploadAct::whole, 0, {proof.expires, proof.signature + "="}),
            Code::forbidden);
  EXPECT_EQ(open(upload, UploadAct::whole, 0, {proof.expires, ""}), Code::forbidden);
}

TEST_F(LfsLinksTest, ALinkDoesNotServeAnotherUpload) {
  const auto upload = promise(ada_);
  auto other =
      value_of(hub().database.write_now([&](db::Connection& c) {
        return offer_upload(c, repo_.id, ada_.id, {sha256("others"), 50}, {}, clock().now());
      })).upload;
  EXPECT_EQ(open(other, UploadAct::whole, 0, sign(upload, UploadAct::whole)), Code::forbidden);
  other.id = "unknown";
  EXPECT_EQ(open(other, UploadAct::whole, 0, sign(upload, UploadAct::whole)), Code::forbidden);
}

TEST_F(LfsLinksTest, ALinkEnds) {
  const auto upload = promise(ada_);
  const auto proof = sign(upload, UploadAct::whole);
  clock().advance_seconds(upload_lifetime_seconds - 1);
  EXPECT_EQ(open(upload, UploadAct::whole, 0, proof), accepted);
  clock().advance_seconds(1);
  EXPECT_EQ(open(upload, UploadAct::whole, 0, proof), Code::forbidden);
}

TEST_F(LfsLinksTest, RightsAreAskedAnew) {
  const auto org = add_account("org", "org");
  const auto repo = add_repo(org, "shared");
  join(org, bob_, "member");
  const auto upload =
      value_of(hub().database.write_now([&](db::Connection& c) {
        return offer_upload(c, repo.id, bob_.id, {sha256("x"), 1}, {}, clock().now());
      })).upload;
  const auto proof = sign(upload, UploadAct::whole);
  EXPECT_EQ(open(upload, UploadAct::whole, 0, proof), accepted);
  execute("DELETE FROM membership");
  EXPECT_EQ(open(upload, UploadAct::whole, 0, proof), Code::repo_not_found);
}

TEST_F(LfsLinksTest, AskingAgainRenewsTheSameUpload) {
  const auto before = promise(ada_, 10);
  clock().advance_seconds(3600);
  const auto after = promise(ada_, 20);
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.part_size, 10U);
  EXPECT_EQ(after.expires_at, clock().now().plus_seconds(upload_lifetime_seconds));
  EXPECT_NE(promise(ada_).id, before.id);      // in one piece is another upload
  EXPECT_NE(promise(bob_, 10).id, before.id);  // and so is another user's
}

TEST_F(LfsLinksTest, PartsCoverTheObjectAndAreNeverTooMany) {
  Upload upload;
  upload.size = 25;
  upload.part_size = 10;
  EXPECT_EQ(upload.part_count(), 3);
  EXPECT_EQ(upload.part_bytes(1), 10U);
  EXPECT_EQ(upload.part_offset(3), 20U);
  EXPECT_EQ(upload.part_bytes(3), 5U);
  upload.size = 30;
  EXPECT_EQ(upload.part_count(), 3);
  EXPECT_EQ(upload.part_bytes(3), 10U);
  EXPECT_EQ(choose_part_size(1000, 1000, 10), 10U);
  EXPECT_EQ(choose_part_size(1000, 39'000 * 11, 10), 11U);
  upload.size = most_object_bytes;
  upload.part_size = choose_part_size(upload.size, upload.size, 50'000'000);
  EXPECT_LE(upload.part_count(), static_cast<std::int64_t>(most_upload_parts));
}

TEST_F(LfsLinksTest, ADownloadLinkFollowsItsReadersRights) {
  const auto sign_for = [&](std::optional<AccountId> user) {
    const DownloadGrant grant{repo_.id, sha256("x"), user};
    return std::pair(grant, sign_download_link(hub().secrets, grant, clock().now()));
  };
  auto [grant, proof] = sign_for(ada_.id);
  EXPECT_TRUE(open_download_link(hub(), grant, proof));
  for (auto other :
       {DownloadGrant{repo_.id, sha256("y"), ada_.id},
        DownloadGrant{repo_.id, sha256("x"), bob_.id}, DownloadGrant{repo_.id, sha256("x"), {}},
        DownloadGrant{RepoId{77}, sha256("x"), ada_.id}}) {
    EXPECT_EQ(open_download_link(hub(), other, proof).error().code, Code::forbidden);
  }
  // Signed rightly, but for somebody who may not read.
  auto [strangers, strangers_proof] = sign_for(bob_.id);
  EXPECT_EQ(open_download_link(hub(), strangers, strangers_proof).error().code,
            Code::repo_not_found);
  auto [nobodys, nobodys_proof] = sign_for({});
  EXPECT_EQ(open_download_link(hub(), nobodys, nobodys_proof).error().code, Code::repo_not_found);
  execute("UPDATE account SET is_active = 0 WHERE name = 'ada'");
  EXPECT_FALSE(open_download_link(hub(), grant, proof));
  execute("UPDATE account SET is_active = 1 WHERE name = 'ada'");
  clock().advance_seconds(download_link_seconds);
  EXPECT_EQ(open_download_link(hub(), grant, proof).error().code, Code::forbidden);
}

}  // namespace
}  // namespace kohaku::hub
