#include "api/oauth/html.h"

#include <gtest/gtest.h>

namespace kohaku::api {
namespace {

TEST(Html, EscapesValues) {
  EXPECT_EQ(escape_html("<b a=\"x\">&'"), "&lt;b a=&quot;x&quot;&gt;&amp;&#39;");
  const auto page = fill_page(
      "device_sign_in.html", {{"site", "<script>"}, {"user_code", "\"><script>alert(1)</script>"}});
  EXPECT_NE(page.find("&lt;script&gt;"), page.npos);
  EXPECT_EQ(page.find("<script"), page.npos);
  EXPECT_EQ(page.find("{{"), page.npos);
}

TEST(Html, AValueCannotNameAnotherPlace) {
  const auto page =
      fill_page("device_code.html", {{"user", "{{user_code}}"}, {"user_code", "SECRET"}});
  EXPECT_EQ(page.find("<strong>SECRET"), page.npos);
}

TEST(Html, PagesAllowNoScriptAndNoFrame) {
  const auto reply = page_reply(200, "Hub", "Title", "<p>x</p>");
  const auto policy = reply.headers.get("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), policy.npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), policy.npos);
  EXPECT_EQ(policy.find("script-src"), policy.npos);
  EXPECT_EQ(reply.headers.get("Cache-Control"), "no-store");
  const auto& text = std::get<std::string>(reply.body);
  EXPECT_NE(text.find("<h1>Title</h1>\n<p>x</p>"), text.npos);
  EXPECT_EQ(text.find("{{"), text.npos);
}

}  // namespace
}  // namespace kohaku::api
