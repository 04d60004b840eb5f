#include "hub/xet_shard.h"

#include <gtest/gtest.h>

#include "hub/xet_fixture.h"
#include "hub/xorb_rights.h"

namespace kohaku::hub {
namespace {

class XetShardTest : public XetTest {
 protected:
  std::optional<store::LargeObject> find(const Sha256& object, const Repo& repo) {
    return read([&](db::Connection& c) { return store::ObjectStore::find(c, repo.id, object); });
  }
  void expect_nothing() {
    for (const auto* table : {"large_object", "object_link", "object_terms", "object_xorb"}) {
      EXPECT_EQ(rows(table), 0) << table;
    }
  }

  const MadeXorb xorb_ = noise_xorb({10, 20, 30, 40});
};

TEST_F(XetShardTest, AFileExistsWithItsShard) {
  const auto ada = writer(ada_, bird_);
  ASSERT_TRUE(put(ada, xorb_));
  const auto file = file_of({{&xorb_, xorb_.term(1, 4)}, {&xorb_, xorb_.term(0, 2)}});
  ASSERT_TRUE(put_shard(ada, shard_of({file}, {&xorb_})));
  const auto object = find(*file.sha256, bird_);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->size, 120U);
  EXPECT_EQ(object->xet_hash, file.hash);
  EXPECT_EQ(value_of(hub().objects.read_text(*object, 0, 120)),
            xorb_.content(1, 4) + xorb_.content(0, 2));
  EXPECT_FALSE(find(*file.sha256, add_repo(ada_, "other")));
}

TEST_F(XetShardTest, TheSha256NeedNotBeThere) {
  const auto ada = writer(ada_, bird_);
  ASSERT_TRUE(put(ada, xorb_));
  auto file = file_of(xorb_);
  file.sha256.reset();
  ASSERT_TRUE(put_shard(ada, shard_of({file})));
  EXPECT_TRUE(find(sha256(xorb_.content()), bird_));
}

TEST_F(XetShardTest, NoPromiseIsBelieved) {
  const auto ada = writer(ada_, bird_);
  ASSERT_TRUE(put(ada, xorb_));
  const auto honest = file_of(xorb_);
  const auto refuse = [&](auto change, const char* what) {
    auto file = honest;
    change(file);
    const auto done = put_shard(ada, shard_of({file_of({{&xorb_, xorb_.term(0, 1)}}), file}));
    EXPECT_EQ(code_of(done), Code::unprocessable) << what;
    if (!done)
      EXPECT_NE(done.error().message.find(what), std::string::npos) << done.error().message;
    EXPECT_FALSE(named_unknown_);
    expect_nothing();
  };
  refuse([](auto& file) { file.verification.clear(); }, "no range hashes");
  refuse([](auto& file) { file.verification[0] = file.hash; }, "range hash");
  refuse([](auto& file) { file.hash = file.verification[0]; }, "another file");
  refuse([](auto& file) { file.sha256 = sha256(""); }, "SHA-256");
  refuse([](auto& file) { file.terms[0].size += 1; }, "size");
  refuse([](auto& file) { file.terms[0].last_exclusive = 5; }, "does not have");
  ASSERT_TRUE(put_shard(ada, shard_of({honest})));
}

TEST_F(XetShardTest, AKnownContentIsNotReadAgainAndStillHeldAgainstItsSha256) {
  const auto ada = writer(ada_, bird_);
  ASSERT_TRUE(put(ada, xorb_));
  auto file = file_of(xorb_);
  ASSERT_TRUE(put_shard(ada, shard_of({file})));
  const auto other = add_repo(ada_, "other");
  ASSERT_TRUE(put_shard(writer(ada_, other), shard_of({file})));
  EXPECT_TRUE(find(*file.sha256, other));
  EXPECT_EQ(rows("large_object"), 1);
  file.sha256 = sha256("");
  EXPECT_EQ(code_of(put_shard(ada, shard_of({file}))), Code::unprocessable);
}

TEST_F(XetShardTest, AXorbThatIsNotTheirsIsUnknown) {
  const auto secret = add_repo(bob_, "secret", true);
  ASSERT_TRUE(put(writer(bob_, secret), xorb_));
  ASSERT_TRUE(put_shard(writer(bob_, secret), shard_of({file_of(xorb_)})));
  const auto missing = noise_xorb({10, 20}, 9);
  const auto ada = writer(ada_, bird_);
  for (const auto* xorb : {&xorb_, &missing}) {
    const auto named = put_shard(ada, shard_of({file_of(*xorb)}));
    EXPECT_EQ(code_of(named), Code::not_found);
    EXPECT_TRUE(named_unknown_);
    const auto listed = put_shard(ada, shard_of({}, {xorb}));
    EXPECT_EQ(code_of(listed), Code::not_found);
    EXPECT_TRUE(named_unknown_);
  }
  EXPECT_FALSE(find(sha256(xorb_.content()), bird_));
  EXPECT_EQ(rows("xorb_registration"), 1);
}

TEST_F(XetShardTest, WhatAReaderMayReadMayBeNamed) {
  ASSERT_TRUE(put(writer(ada_, bird_), xorb_));
  ASSERT_TRUE(put_shard(writer(ada_, bird_), shard_of({file_of(xorb_)})));
  const auto fork = add_repo(bob_, "fork");
  ASSERT_TRUE(put_shard(writer(bob_, fork), shard_of({file_of({{&xorb_, xorb_.term(1, 3)}})})));
  EXPECT_TRUE(find(sha256(xorb_.content(1, 3)), fork));
}

TEST_F(XetShardTest, NamingAXorbRegistersIt) {
  ASSERT_TRUE(put(writer(ada_, bird_), xorb_));
  const auto listed = noise_xorb({5}, 7);
  ASSERT_TRUE(put(writer(ada_, bird_), listed));
  execute("UPDATE xorb_registration SET keep_until = 1");
  ASSERT_TRUE(put_shard(writer(ada_, bird_), shard_of({file_of(xorb_)}, {&listed})));
  const auto until = clock().now().plus_seconds(registration_seconds);
  const auto kept = read([&](db::Connection& c) {
    return c.sql("SELECT count(*) FROM xorb_registration WHERE keep_until = ?1")
        .bind(until)
        .first<std::int64_t>();
  });
  EXPECT_EQ(std::get<0>(*kept), 2);
}

TEST_F(XetShardTest, ARightThatWentMeanwhilePublishesNothing) {
  const auto ada = writer(ada_, bird_);
  ASSERT_TRUE(put(ada, xorb_));
  execute("UPDATE repository SET owner_id = ?1", lab_.id);
  EXPECT_EQ(code_of(put_shard(ada, shard_of({file_of(xorb_)}))), Code::forbidden);
  EXPECT_EQ(code_of(put(ada, noise_xorb({5}, 7))), Code::forbidden);
  expect_nothing();
}

TEST_F(XetShardTest, EmptyFilesAndEmptyShards) {
  const auto ada = writer(ada_, bird_);
  EXPECT_TRUE(put_shard(ada, shard_of({})));
  expect_nothing();
  EXPECT_EQ(code_of(put_shard(ada, "")), Code::bad_request);
  EXPECT_EQ(code_of(put_shard(ada, "no shard")), Code::bad_request);
}

TEST_F(XetShardTest, TooManyFilesAreRefusedBeforeTheyAreLookedAt) {
  const auto ada = writer(ada_, bird_);
  ASSERT_TRUE(put(ada, xorb_));
  xet::FileEntry file = file_of({{&xorb_, xorb_.term(0, 1)}});
  std::vector files(most_shard_files + 1, file);
  EXPECT_EQ(code_of(put_shard(ada, shard_of(files))), Code::payload_too_large);
  expect_nothing();
}

// Neither many bytes nor many chunks keep a thread of the pool for long.
TEST_F(XetShardTest, LongWorkIsDoneInSteps) {
  const auto ada = writer(ada_, bird_);
  const MadeXorb fine(std::vector<std::string>(8192, "x"));
  ASSERT_TRUE(put(ada, fine));
  std::vector<std::pair<const MadeXorb*, xet::Term>> parts(40, {&fine, fine.term()});
  int steps = 0;
  ASSERT_TRUE(put_shard(ada, shard_of({file_of(parts)}), &steps));
  EXPECT_GE(steps, 3);  // 327,680 chunks, but 320 KiB
}

}  // namespace
}  // namespace kohaku::hub
