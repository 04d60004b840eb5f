#include "hub/xorb_rights.h"

#include <gtest/gtest.h>

#include "hub/xet_fixture.h"

namespace kohaku::hub {
namespace {

class XorbRightsTest : public XetTest {
 protected:
  bool names(const XetReader& reader) {
    return read([&](db::Connection& c) { return may_name(c, reader, xorb_.hash); });
  }
  void remember(const XetScope& scope, Micros until) {
    value_of(hub().database.write_now(
        [&](db::Connection& c) { return register_xorb(c, scope, xorb_.hash, until); }));
  }
  std::int64_t until() {
    const auto row = read([&](db::Connection& c) {
      return c.sql("SELECT keep_until FROM xorb_registration").first<std::int64_t>();
    });
    return std::get<0>(*row);
  }

  const MadeXorb xorb_ = noise_xorb({10, 20});
};

TEST_F(XorbRightsTest, WhoUploadedMayName) {
  const auto secret = add_repo(ada_, "secret", true);
  EXPECT_FALSE(names(reader(ada_, bird_)));
  ASSERT_TRUE(put(writer(ada_, secret), xorb_));
  EXPECT_TRUE(names(reader(ada_, secret)));
  EXPECT_TRUE(names(reader(ada_, bird_)));  // of the same namespace
  EXPECT_FALSE(names(reader(bob_, bird_)));
  EXPECT_FALSE(names(reader({}, bird_)));
  EXPECT_FALSE(names(reader(bob_, add_repo(bob_, "own"))));
}

TEST_F(XorbRightsTest, WhatAGuestUploadedIsTheGuests) {
  ASSERT_TRUE(put(value_of(try_writer(grant(bob_, bird_, XetRight::pull_request))), xorb_));
  EXPECT_TRUE(names(reader(bob_, bird_)));
  EXPECT_FALSE(names(reader(ada_, bird_)));
  EXPECT_FALSE(names(reader(bob_, add_repo(bob_, "own"))));
}

TEST_F(XorbRightsTest, WhoMayReadAnObjectMayNameItsXorbs) {
  const auto ada = writer(ada_, bird_);
  ASSERT_TRUE(put(ada, xorb_));
  const auto stranger = reader(bob_, add_repo(bob_, "own"));
  const auto anonymous = reader({}, bird_);
  EXPECT_FALSE(names(stranger));
  ASSERT_TRUE(put_shard(ada, shard_of({file_of(xorb_)})));
  EXPECT_TRUE(names(stranger));
  EXPECT_TRUE(names(anonymous));
  execute("UPDATE repository SET gated = 'manual' WHERE id = ?1", bird_.id);
  EXPECT_FALSE(names(stranger));
  execute("UPDATE repository SET gated = 'false', private = 1 WHERE id = ?1", bird_.id);
  EXPECT_FALSE(names(stranger));
  EXPECT_FALSE(names(anonymous));
  execute("DELETE FROM xorb_registration");
  EXPECT_TRUE(names(reader(ada_, bird_)));
  execute("UPDATE repository SET owner_id = ?1 WHERE id = ?2", lab_.id, bird_.id);
  EXPECT_FALSE(names(stranger));
  join(lab_, bob_, "visitor");
  EXPECT_TRUE(names(stranger));
}

TEST_F(XorbRightsTest, WasInsertedSpeaksOfTheCasUrl) {
  EXPECT_TRUE(value_of(put(writer(ada_, bird_), xorb_)));
  EXPECT_FALSE(value_of(put(writer(ada_, bird_), xorb_)));
  EXPECT_FALSE(value_of(put(writer(ada_, add_repo(ada_, "other")), xorb_)));
  EXPECT_TRUE(
      value_of(put(value_of(try_writer(grant(bob_, bird_, XetRight::pull_request))), xorb_)));
  EXPECT_TRUE(value_of(put(writer(bob_, add_repo(bob_, "own")), xorb_)));
  EXPECT_EQ(rows("xorb"), 1);
}

TEST_F(XorbRightsTest, ARegistrationIsProlongedAndNeverCut) {
  ASSERT_TRUE(put(writer(ada_, bird_), xorb_));
  const auto now = clock().now();
  EXPECT_EQ(until(), now.plus_seconds(std::int64_t{22} * 86'400).value);
  remember({ada_.id, {}}, now);
  EXPECT_EQ(until(), now.plus_seconds(std::int64_t{22} * 86'400).value);
  remember({ada_.id, {}}, now.plus_seconds(std::int64_t{23} * 86'400));
  EXPECT_EQ(until(), now.plus_seconds(std::int64_t{23} * 86'400).value);
}

TEST_F(XorbRightsTest, NothingIsRegisteredForNobody) {
  ASSERT_TRUE(put(writer(ada_, bird_), xorb_));
  remember({ada_.id, {-1}}, clock().now());
  EXPECT_EQ(rows("xorb_registration"), 1);
}

TEST_F(XorbRightsTest, OnlyTheRightBytesAreTakenIn) {
  const auto ada = writer(ada_, bird_);
  auto other = xorb_;
  other.hash = noise_xorb({1}).hash;
  EXPECT_EQ(code_of(put(ada, other)), Code::bad_request);
  auto cut = xorb_;
  cut.bytes.pop_back();
  EXPECT_EQ(code_of(put(ada, cut)), Code::bad_request);
  auto longer = xorb_;
  longer.bytes.push_back('x');
  EXPECT_EQ(code_of(put(ada, longer)), Code::bad_request);
  TextBody chunked(xorb_.bytes, 50, false);
  EXPECT_EQ(code_of(run_task(receive_xorb(hub(), ada, xorb_.hash, chunked))),
            Code::length_required);
  EXPECT_EQ(rows("xorb"), 0);
  EXPECT_EQ(rows("xorb_registration"), 0);
}

}  // namespace
}  // namespace kohaku::hub
