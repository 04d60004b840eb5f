#include "http/range.h"

#include <gtest/gtest.h>

namespace kohaku::http {
namespace {

std::string show(std::string_view header, std::uint64_t size) {
  const Result<std::optional<ByteRange>> range = parse_range(header, size);
  if (!range) return range.error().code == Code::range_not_satisfiable ? "416" : "wrong code";
  if (!*range) return "whole";
  return std::to_string((*range)->offset) + "+" + std::to_string((*range)->length);
}

TEST(Range, UnderstandsOneRange) {
  EXPECT_EQ(show("bytes=0-0", 10), "0+1");
  EXPECT_EQ(show("bytes=2-5", 10), "2+4");
  EXPECT_EQ(show("bytes=2-", 10), "2+8");
  EXPECT_EQ(show("bytes=2-999", 10), "2+8");
  EXPECT_EQ(show("bytes=-3", 10), "7+3");
  EXPECT_EQ(show("bytes=-99", 10), "0+10");
  EXPECT_EQ(show("Bytes = 2-5 ", 10), "2+4");
  EXPECT_EQ(show("bytes=2-99999999999999999999999", 10), "2+8");
}

TEST(Range, RefusesWhatLiesBeyondTheEnd) {
  EXPECT_EQ(show("bytes=10-", 10), "416");
  EXPECT_EQ(show("bytes=10-12", 10), "416");
  EXPECT_EQ(show("bytes=99999999999999999999999-", 10), "416");
  EXPECT_EQ(show("bytes=0-0", 0), "416");
  EXPECT_EQ(show("bytes=-1", 0), "416");
  EXPECT_EQ(show("bytes=-0", 10), "416");
}

TEST(Range, SendsTheWholeForAnythingElse) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4",
        "bytes=1-2-3", "bytes=--1", "bytes=+1-2", "0-1"}) {
    EXPECT_EQ(show(header, 10), "whole") << header;
  }
}

}  // namespace
}  // namespace kohaku::http
