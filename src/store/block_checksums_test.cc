#include "store/block_checksums.h"

#include "store/crc32c.h"
#include "store/store_fixture.h"

namespace kohaku::store {
namespace {

TEST(BlockChecksums, CutsAtEachMebibyteHoweverTheBytesCome) {
  const auto text = noise(2 * checksum_block_bytes + 5);
  BlockChecksums checksums;
  std::size_t step = 1;
  for (std::size_t at = 0; at < text.size(); at += step, step = step * 3 + 1) {
    checksums.update(as_bytes(std::string_view(text).substr(at, step)));
  }
  const auto block = [&](std::size_t at, std::size_t length) {
    return crc32c(as_bytes(std::string_view(text).substr(at, length)));
  };
  const std::vector<std::uint32_t> expected = {block(0, checksum_block_bytes),
                                               block(checksum_block_bytes, checksum_block_bytes),
                                               block(2 * checksum_block_bytes, 5)};
  EXPECT_EQ(checksums.blocks(), expected);
  EXPECT_EQ(checksums.size(), text.size());
}

TEST(BlockChecksums, NoBlockOfNothingAndNoneBeyondAFullOne) {
  BlockChecksums checksums;
  EXPECT_TRUE(checksums.blocks().empty());
  checksums.update(as_bytes(noise(checksum_block_bytes)));
  EXPECT_EQ(checksums.blocks().size(), 1U);
  EXPECT_EQ(count_blocks(0), 0U);
  EXPECT_EQ(count_blocks(checksum_block_bytes), 1U);
  EXPECT_EQ(count_blocks(checksum_block_bytes + 1), 2U);
}

TEST(BlockChecksums, FileIsReadBackAndDamageSeen) {
  const auto directory = os::ScratchDirectory::make(testing::TempDir()).value();
  const auto path = directory.path() / "x.crc";
  const std::vector<std::uint32_t> blocks = {1, 0xFFFFFFFF, 77};
  const auto size = 2 * checksum_block_bytes + 1;
  const auto text = serialize_checksums(blocks, size);
  ASSERT_TRUE(os::replace_durably(path, as_bytes(text)));
  EXPECT_EQ(read_checksums(path, size).value(), blocks);
  EXPECT_FALSE(read_checksums(path, size + 1));
  EXPECT_FALSE(read_checksums(path, size + checksum_block_bytes));
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    ASSERT_TRUE(os::replace_durably(path, as_bytes(damaged)));
    EXPECT_FALSE(read_checksums(path, size)) << at;
  }
  ASSERT_TRUE(os::replace_durably(path, {}));
  EXPECT_FALSE(read_checksums(path, size));
}

}  // namespace
}  // namespace kohaku::store
