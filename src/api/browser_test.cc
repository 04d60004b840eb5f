#include "api/browser.h"

#include <gtest/gtest.h>

namespace kohaku::api {
namespace {

constexpr std::string_view base = "http://hub.example.com";

http::Request request(std::initializer_list<std::pair<std::string, std::string>> headers) {
  http::Request request;
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  return request;
}

TEST(Browser, FindsACookieAmongOthers) {
  const auto many = request({{"Cookie", "a=b; session_id=secret; xsession_id=no"}});
  EXPECT_EQ(cookie(many, "session_id"), "secret");
  EXPECT_EQ(cookie(many, "a"), "b");
  EXPECT_EQ(cookie(many, "session"), "");
  EXPECT_EQ(cookie(request({}), "a"), "");
}

TEST(Browser, BelievesOurOwnPages) {
  EXPECT_TRUE(is_from_our_page(request({{"Origin", std::string(base)}}), base));
  EXPECT_TRUE(is_from_our_page(request({{"Sec-Fetch-Site", "same-origin"}}), base));
  for (const auto* origin : {"http://evil.example.com", "https://hub.example.com", "null",
                             "http://hub.example.com:81", "http://hub.example.com.evil.org"}) {
    const auto foreign = request({{"Origin", origin}});
    EXPECT_FALSE(is_from_our_page(foreign, base)) << origin;
    EXPECT_TRUE(is_from_foreign_page(foreign, base)) << origin;
  }
  const auto other = request({{"Sec-Fetch-Site", "cross-site"}, {"Origin", std::string(base)}});
  EXPECT_FALSE(is_from_our_page(other, base));
}

TEST(Browser, AProgramSaysNothing) {
  EXPECT_FALSE(is_from_our_page(request({}), base));
  EXPECT_FALSE(is_from_foreign_page(request({}), base));
}

TEST(Browser, APreviewIsWhatAPageFetchesByItself) {
  EXPECT_TRUE(is_preview(request({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Mode", "cors"}})));
  EXPECT_TRUE(
      is_preview(request({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Mode", "no-cors"}})));
  EXPECT_FALSE(
      is_preview(request({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Mode", "navigate"}})));
  EXPECT_FALSE(is_preview(request({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "cors"}})));
  EXPECT_FALSE(is_preview(request({{"Sec-Fetch-Mode", "cors"}})));
  EXPECT_FALSE(is_preview(request({})));
}

}  // namespace
}  // namespace kohaku::api
