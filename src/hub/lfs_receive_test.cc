#include "hub/lfs_receive.h"

#include "base/hash.h"
#include "hub/reading_fixture.h"
#include "store/store_fixture.h"

namespace kohaku::hub {
namespace {

class WholeBody final : public http::BodyReader {
 public:
  explicit WholeBody(std::string text, std::optional<std::uint64_t> declared = {})
      : text_(std::move(text)), declared_(declared.value_or(text_.size())) {}
  Task<Result<Bytes>> read() override {
    was_read = true;
    co_return std::exchange(given_, true) ? Bytes() : as_bytes(text_);
  }
  std::optional<std::uint64_t> declared_length() const override {
    return chunked ? std::nullopt : declared_;
  }
  void set_limit(std::uint64_t) override {}

  bool chunked = false;
  bool was_read = false;

 private:
  std::string text_;
  std::optional<std::uint64_t> declared_;
  bool given_ = false;
};

class LfsReceiveTest : public ReadingTest {
 protected:
  OpenedUpload promise(const std::string& content, std::optional<std::uint64_t> part_size = {}) {
    auto offer = value_of(hub().database.write_now([&](db::Connection& c) {
      return offer_upload(c, repo_.id, ada_.id, {sha256(content), content.size()}, part_size,
                          clock().now());
    }));
    EXPECT_EQ(offer.kind, UploadOffer::Kind::wanted);
    auto repo = value_of(Access(hub()).writable_by_id(ada_.id, repo_.id));
    return {std::move(offer.upload), std::move(repo)};
  }

  Result<> put(const OpenedUpload& opened, const std::string& bytes) {
    WholeBody body(bytes);
    return store::run_task(receive_whole(hub(), opened, body));
  }

  Result<std::string> put_part(const OpenedUpload& opened, std::int64_t number,
                               const std::string& bytes) {
    WholeBody body(bytes);
    return store::run_task(receive_part(hub(), opened, number, body));
  }

  Result<> complete(const OpenedUpload& opened, std::vector<UploadedPart> parts) {
    return store::run_task(complete_upload(hub(), opened, std::move(parts)));
  }

  bool is_held(const std::string& content) {
    const auto id = sha256(content);
    return read([&](db::Connection& c) { return store::ObjectStore::find(c, repo_.id, id); })
        .has_value();
  }

  std::size_t files() { return store::count_files(hub().objects.files().root()); }

  User ada_ = add_account("ada");
  Repo repo_ = add_repo(ada_, "model");
};

TEST_F(LfsReceiveTest, WhatWasPromisedIsHeldForSevenDays) {
  const auto opened = promise("content");
  ASSERT_TRUE(put(opened, "content"));
  EXPECT_TRUE(is_held("content"));
  const auto row = read([](db::Connection& c) {
    return c.sql("SELECT keep_until FROM object_link").first<Micros>();
  });
  EXPECT_EQ(std::get<0>(*row), clock().now().plus_seconds(7 * 86'400));
  // The promise is used up.
  EXPECT_FALSE(
      open_upload_link(hub(), opened.upload.id, UploadAct::whole, 0,
                       sign_upload_link(hub().secrets, opened.upload, UploadAct::whole, 0)));
}

TEST_F(LfsReceiveTest, AThousandWrongBodiesAreRefused) {
  const auto opened = promise("content");
  for (int i = 0; i < 1000; ++i) {
    auto wrong = std::string("content");
    wrong[static_cast<std::size_t>(i) % wrong.size()] = static_cast<char>(i % 31);
    ASSERT_EQ(put(opened, wrong).error().code, Code::unprocessable);
  }
  EXPECT_FALSE(is_held("content"));
  EXPECT_EQ(files(), 0U);
}

TEST_F(LfsReceiveTest, AnotherLengthIsRefusedUnread) {
  const auto opened = promise("content");
  WholeBody longer("content and more");
  EXPECT_EQ(store::run_task(receive_whole(hub(), opened, longer)).error().code,
            Code::unprocessable);
  EXPECT_FALSE(longer.was_read);
  WholeBody undeclared("content");
  undeclared.chunked = true;
  EXPECT_EQ(store::run_task(receive_whole(hub(), opened, undeclared)).error().code,
            Code::length_required);
  WholeBody liar("conten", 7);
  EXPECT_EQ(store::run_task(receive_whole(hub(), opened, liar)).error().code, Code::unprocessable);
  EXPECT_EQ(files(), 0U);
}

TEST_F(LfsReceiveTest, RightsLostWhileTheBytesCameAreLost) {
  const auto opened = promise("content");
  execute("UPDATE account SET is_active = 0");
  execute("DELETE FROM repository WHERE id = ?1", repo_.id);
  EXPECT_EQ(put(opened, "content").error().code, Code::repo_not_found);
  EXPECT_EQ(files(), 0U);
}

TEST_F(LfsReceiveTest, PartsMakeTheWhole) {
  const auto opened = promise("eight by eight bytes", 8);
  const auto third = value_of(put_part(opened, 3, "ytes"));
  const auto first = value_of(put_part(opened, 1, "eight by"));
  EXPECT_EQ(complete(opened, {{1, first}, {3, third}}).error().code, Code::bad_request);
  EXPECT_EQ(complete(opened, {{1, first}, {2, "x"}, {3, third}}).error().code, Code::bad_request);
  const auto second = value_of(put_part(opened, 2, " eight b"));
  EXPECT_EQ(complete(opened, {{2, second}, {1, first}, {3, third}}).error().code,
            Code::bad_request);
  EXPECT_EQ(complete(opened, {{1, first}, {2, third}, {3, third}}).error().code, Code::bad_request);
  EXPECT_FALSE(is_held("eight by eight bytes"));
  ASSERT_TRUE(complete(opened, {{1, first}, {2, second}, {3, third}}));
  EXPECT_TRUE(is_held("eight by eight bytes"));
  EXPECT_FALSE(complete(opened, {{1, first}, {2, second}, {3, third}}));
}

TEST_F(LfsReceiveTest, PartsThatAreNoneAreRefused) {
  const auto opened = promise("eight by eight bytes", 8);
  EXPECT_EQ(put_part(opened, 0, "").error().code, Code::bad_request);
  EXPECT_EQ(put_part(opened, 4, "x").error().code, Code::bad_request);
  EXPECT_EQ(put_part(opened, 1, "eight").error().code, Code::unprocessable);
  EXPECT_EQ(put(opened, "eight by eight bytes").error().code, Code::bad_request);
  EXPECT_EQ(put_part(promise("whole"), 1, "whole").error().code, Code::bad_request);
}

TEST_F(LfsReceiveTest, WrongPartsMustAllBeSentAgain) {
  const auto opened = promise("eight by eight bytes", 8);
  const auto send = [&](const std::string& last) {
    std::vector<UploadedPart> parts;
    parts.push_back({1, value_of(put_part(opened, 1, "eight by"))});
    parts.push_back({2, value_of(put_part(opened, 2, " eight b"))});
    parts.push_back({3, value_of(put_part(opened, 3, last))});
    return parts;
  };
  const auto wrong = send("ytez");
  EXPECT_EQ(complete(opened, wrong).error().code, Code::unprocessable);
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(complete(opened, wrong).error().code, Code::bad_request);
  EXPECT_TRUE(complete(opened, send("ytes")));
}

TEST_F(LfsReceiveTest, ARepositoryThatHoldsTheObjectAsksForNothing) {
  ASSERT_TRUE(put(promise("content"), "content"));
  const auto ask = [&](std::uint64_t size) {
    return value_of(hub().database.write_now([&](db::Connection& c) {
             return offer_upload(c, repo_.id, ada_.id, {sha256("content"), size}, {},
                                 clock().now());
           }))
        .kind;
  };
  EXPECT_EQ(ask(7), UploadOffer::Kind::present);
  EXPECT_EQ(ask(8), UploadOffer::Kind::other_size);
}

}  // namespace
}  // namespace kohaku::hub
