#include "hub/chunk_query.h"

#include <gtest/gtest.h>

#include "hub/xet_fixture.h"
#include "hub/xorb_rights.h"

namespace kohaku::hub {
namespace {

class ChunkQueryTest : public XetTest {
 protected:
  Result<std::string> ask(const XetReader& reader, const xet::Hash& chunk) {
    return run_task(find_chunk(hub(), reader, chunk));
  }

  struct Listed {
    xet::Hash xorb;
    std::vector<xet::ShardReader::XorbChunk> chunks;
  };
  static std::vector<Listed> xorbs_in(const std::string& answer) {
    auto shard = value_of(xet::ShardReader::open(as_bytes(answer)));
    std::vector<Listed> found;
    while (const auto xorb = shard.next_xorb()) {
      found.push_back({xorb->hash, {}});
      for (std::uint32_t i = 0; i < xorb->chunks; ++i)
        found.back().chunks.push_back(xorb->chunk(i));
    }
    return found;
  }
  static std::vector<xet::Hash> names_in(const std::string& answer) {
    std::vector<xet::Hash> names;
    for (const auto& xorb : xorbs_in(answer)) names.push_back(xorb.xorb);
    return names;
  }

  // A file of all of these xorbs.
  void put_file(const XetWriter& writer, const std::vector<const MadeXorb*>& xorbs) {
    std::vector<std::pair<const MadeXorb*, xet::Term>> parts;
    for (const auto* xorb : xorbs) {
      value_of(put(writer, *xorb));
      parts.emplace_back(xorb, xorb->term());
    }
    value_of(put_shard(writer, shard_of({file_of(parts)})));
  }

  const MadeXorb first_ = noise_xorb({10, 20}, 1);
  const MadeXorb second_ = noise_xorb({30}, 10);
  const MadeXorb third_ = noise_xorb({40}, 20);
};

TEST_F(ChunkQueryTest, TheFirstChunkOfAFileIsFoundWithItsNeighbours) {
  put_file(writer(ada_, bird_), {&first_, &second_, &third_, &first_});
  const auto answer = value_of(ask(reader(ada_, bird_), first_.chunks[0].hash));
  EXPECT_EQ(names_in(answer), (std::vector{first_.hash, second_.hash, third_.hash}));
}

TEST_F(ChunkQueryTest, OneXorbBeforeAndAllBehind) {
  put_file(writer(ada_, bird_), {&first_, &second_, &third_});
  value_of(hub().database.write_now([&](db::Connection& c) {
    return store::XorbStore::index_chunk(c, third_.chunks[0].hash, third_.hash);
  }));
  const auto answer = value_of(ask(reader(ada_, bird_), third_.chunks[0].hash));
  EXPECT_EQ(names_in(answer), (std::vector{second_.hash, third_.hash}));
}

// A client finds the chunks it has by hashing them with the key; the hash of others stays unknown.
TEST_F(ChunkQueryTest, ChunkHashesAreKeyedAnewEachTime) {
  put_file(writer(ada_, bird_), {&first_});
  const auto ada = reader(ada_, bird_);
  const auto one = value_of(ask(ada, first_.chunks[0].hash));
  const auto two = value_of(ask(ada, first_.chunks[0].hash));
  const auto key = value_of(xet::ShardReader::open(as_bytes(one))).chunk_key();
  EXPECT_NE(key, xet::Hash{});
  EXPECT_NE(key, value_of(xet::ShardReader::open(as_bytes(two))).chunk_key());
  const auto chunks = xorbs_in(one).at(0).chunks;
  ASSERT_EQ(chunks.size(), 2U);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(chunks[i].hash, xet::keyed_chunk_hash(key, first_.chunks[i].hash));
    EXPECT_EQ(chunks[i].size, first_.chunks[i].size);
    EXPECT_EQ(one.find(as_text(first_.chunks[i].hash.view())), std::string::npos);
  }
}

TEST_F(ChunkQueryTest, WhatIsNamedIsRegisteredForAsLongAsTheAnswerHolds) {
  put_file(writer(ada_, bird_), {&first_, &second_});
  const auto answer = value_of(ask(reader(bob_, bird_), first_.chunks[0].hash));
  const XetScope scope{ada_.id, bob_.id};
  for (const auto* xorb : {&first_, &second_}) {
    EXPECT_TRUE(read([&](db::Connection& c) { return is_registered(c, scope, xorb->hash); }));
  }
  const auto expires = value_of(xet::ShardReader::open(as_bytes(answer))).expires();
  const auto until = read([&](db::Connection& c) {
    return c.sql("SELECT min(keep_until) FROM xorb_registration").first<std::int64_t>();
  });
  EXPECT_GT(expires, static_cast<std::uint64_t>(clock().now().seconds()));
  EXPECT_LE(expires, static_cast<std::uint64_t>(Micros{std::get<0>(*until)}.seconds()));
}

TEST_F(ChunkQueryTest, WhatIsNotTheirsToKnowIsNotThere) {
  const auto secret = add_repo(bob_, "secret", true);
  put_file(writer(bob_, secret), {&first_});
  const auto chunk = first_.chunks[0].hash;
  EXPECT_TRUE(ask(reader(bob_, secret), chunk));
  const auto ada = reader(ada_, bird_);
  const auto hidden = ask(ada, chunk);
  const auto missing = ask(ada, second_.chunks[0].hash);
  EXPECT_EQ(code_of(hidden), Code::not_found);
  EXPECT_EQ(code_of(missing), Code::not_found);
  EXPECT_EQ(hidden.error().message, missing.error().message);
  EXPECT_EQ(rows("xorb_registration"), 1);
}

// Of a file that only others may read, nothing but the xorb itself is told.
TEST_F(ChunkQueryTest, NeighboursComeFromReadableFilesOnly) {
  const auto secret = add_repo(bob_, "secret", true);
  put_file(writer(bob_, secret), {&first_, &second_});
  ASSERT_TRUE(put(writer(ada_, bird_), first_));
  EXPECT_EQ(names_in(value_of(ask(reader(ada_, bird_), first_.chunks[0].hash))),
            std::vector{first_.hash});
}

TEST_F(ChunkQueryTest, AnonymousReadersGetNone) {
  put_file(writer(ada_, bird_), {&first_});
  EXPECT_EQ(code_of(ask(reader({}, bird_), first_.chunks[0].hash)), Code::not_found);
}

}  // namespace
}  // namespace kohaku::hub
