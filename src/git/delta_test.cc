#include "git/delta.h"

#include <gtest/gtest.h>

namespace kohaku::git {
namespace {

using namespace std::string_literals;

Result<std::string> patched(const std::string& base, const std::string& delta,
                            std::uint64_t most = 1000) {
  return apply_delta(as_bytes(base), as_bytes(delta), most);
}

TEST(Delta, CopiesAndInserts) {
  // Base of 10 bytes, result of 8: copy 4 from offset 2, insert "xy", copy 2 from offset 0.
  EXPECT_EQ(*patched("0123456789", "\x0A\x08\x91\x02\x04\x02xy\x90\x02"s), "2345xy01");
  const auto sizes = *parse_delta_sizes(as_bytes("\x80\x01\x05"s));
  EXPECT_EQ(sizes.base, 128U);
  EXPECT_EQ(sizes.result, 5U);
}

TEST(Delta, RefusesWhatDoesNotFit) {
  const std::string base = "0123456789";
  const auto good = "\x0A\x08\x91\x02\x04\x02xy\x90\x02"s;
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(patched(base, good.substr(0, length))) << length;
  }
  EXPECT_FALSE(patched("012345678", good)) << "another base";
  EXPECT_FALSE(patched(base, "\x0A\x04\x91\x08\x04"s)) << "copy past the end";
  EXPECT_FALSE(patched(base, "\x0A\x02\x91\x00\x04"s)) << "longer than announced";
  EXPECT_FALSE(patched(base, "\x0A\x02\x00"s)) << "the reserved command";
  EXPECT_FALSE(patched(base, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s));
  EXPECT_EQ(patched(base, good, 7).error().code, Code::payload_too_large);
}

}  // namespace
}  // namespace kohaku::git
