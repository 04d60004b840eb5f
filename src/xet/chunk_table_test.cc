#include "xet/chunk_table.h"

#include <gtest/gtest.h>

namespace kohaku::xet {
namespace {

TEST(XetChunkTable, GivesBackWhatItWasGiven) {
  const std::vector<StoredChunk> chunks = {{chunk_hash(as_bytes("a")), 9, 1},
                                           {chunk_hash(as_bytes("b")), 0xFFFFFFFF, 0x01020304}};
  const std::string table = pack_chunk_table(chunks);
  ASSERT_EQ(table.size(), 80U);
  EXPECT_EQ(table.substr(72), "\xFF\xFF\xFF\xFF\x04\x03\x02\x01");
  EXPECT_EQ(*unpack_chunk_table(as_bytes(table)), chunks);
  EXPECT_TRUE(unpack_chunk_table({})->empty());
}

TEST(XetChunkTable, RefusesAPartOfAnEntry) {
  for (const std::size_t size : {1U, 39U, 41U, 79U}) {
    EXPECT_EQ(unpack_chunk_table(as_bytes(std::string(size, 'x'))).error().code, Code::internal);
  }
}

}  // namespace
}  // namespace kohaku::xet
