#include "http/message.h"

#include <gtest/gtest.h>

namespace kohaku::http {
namespace {

std::string lines_of(const Headers& headers) {
  std::string text;
  for (const auto& field : headers.fields()) text += field.line;
  return text;
}

TEST(Headers, KeepTheirOrder) {
  Headers headers;
  headers.add("B", "2");
  headers.add("A", "1");
  headers.add("B", "");
  EXPECT_EQ(headers.size(), 3);
  EXPECT_EQ(lines_of(headers), "B: 2\r\nA: 1\r\nB: \r\n");
}

TEST(Headers, CompareNamesWithoutRegardToCase) {
  Headers headers;
  headers.add("Content-Type", "text/plain");
  EXPECT_EQ(headers.get("content-TYPE"), "text/plain");
  EXPECT_TRUE(headers.has("CONTENT-TYPE"));
  EXPECT_FALSE(headers.has("Content-Typo"));
  EXPECT_EQ(headers.get("Content"), "");
}

TEST(Headers, SetReplacesEveryFieldOfThatName) {
  Headers headers;
  headers.add("ETag", "\"a\"");
  headers.add("Vary", "Accept");
  headers.add("etag", "\"b\"");
  headers.set("ETag", "\"a longer one\"");
  EXPECT_EQ(lines_of(headers), "Vary: Accept\r\nETag: \"a longer one\"\r\n");
  headers.remove("VARY");
  EXPECT_EQ(lines_of(headers), "ETag: \"a longer one\"\r\n");
}

TEST(Headers, GrowBeyondTheUsualSize) {
  Headers headers;
  for (int i = 0; i < 100; ++i) headers.add("X-" + std::to_string(i), std::string(100, 'v'));
  EXPECT_EQ(headers.get("x-99"), std::string(100, 'v'));
  EXPECT_EQ(headers.get("x-0"), std::string(100, 'v'));
}

TEST(Headers, AValueCannotEndItsLine) {
  Headers headers;
  headers.add("Location", "/a\r\nSet-Cookie: b\tc\x7f");
  EXPECT_EQ(lines_of(headers), "Location: /a  Set-Cookie: b\tc \r\n");
}

TEST(ErrorReply, SaysWhenToTryAgain) {
  EXPECT_EQ(error_reply(fail_too_many("Slow down.", 300).error()).headers.get("Retry-After"),
            "300");
  EXPECT_FALSE(error_reply({Code::too_many_requests, "Slow down.", {}}).headers.has("Retry-After"));
}

}  // namespace
}  // namespace kohaku::http
