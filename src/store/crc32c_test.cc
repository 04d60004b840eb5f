#include "store/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace kohaku::store {
namespace {

// RFC 3720, appendix B.4, and the check value every catalogue gives.
TEST(Crc32c, KnownValues) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283U);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\0'))), 0x8A9136AAU);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\xff'))), 0x62A8AB43U);
  EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, PortableAgreesAtEveryLengthAndAlignment) {
  std::string text;
  for (int i = 0; i < 300; ++i) text.push_back(static_cast<char>(i * 37 + i / 7));
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t length = 0; from + length <= text.size(); ++length) {
      const auto part = as_bytes(std::string_view(text).substr(from, length));
      ASSERT_EQ(crc32c(part), crc32c_portable(part)) << from << " " << length;
    }
  }
}

TEST(Crc32c, ContinuesWhereItStopped) {
  const auto whole = as_bytes("the quick brown fox jumps over the lazy dog");
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(crc32c(whole.subspan(cut), crc32c(whole.first(cut))), crc32c(whole));
    EXPECT_EQ(crc32c_portable(whole.subspan(cut), crc32c_portable(whole.first(cut))),
              crc32c(whole));
  }
}

}  // namespace
}  // namespace kohaku::store
