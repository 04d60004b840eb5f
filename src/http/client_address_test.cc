#include "http/client_address.h"

#include <gtest/gtest.h>

namespace kohaku::http {
namespace {

std::string shown(std::string_view text) {
  const std::optional<Address> address = parse_address(text);
  return address ? to_string(*address) : "none";
}

TEST(ClientAddress, ReadsAddressesInAllSpellings) {
  EXPECT_EQ(shown("1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(shown(" 1.2.3.4:567 "), "1.2.3.4");
  EXPECT_EQ(shown("::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(shown("[2001:db8::1]:80"), "2001:db8::1");
  EXPECT_EQ(shown("2001:DB8::1"), "2001:db8::1");
  for (const char* text : {"", "unknown", "1.2.3", "1.2.3.4.5", "[::1", "_hidden", "1.2.3.4 5"}) {
    EXPECT_EQ(shown(text), "none") << text;
  }
}

TEST(ClientAddress, KnowsNetworks) {
  const auto proxies = TrustedProxies::create({"10.0.0.0/8", "192.168.1.1", "2001:db8::/33"});
  ASSERT_TRUE(proxies);
  const auto trusted = [&](std::string_view text) {
    return proxies->contains(*parse_address(text));
  };
  EXPECT_TRUE(trusted("10.255.0.1"));
  EXPECT_FALSE(trusted("11.0.0.1"));
  EXPECT_TRUE(trusted("::ffff:192.168.1.1"));
  EXPECT_FALSE(trusted("192.168.1.2"));
  EXPECT_TRUE(trusted("2001:db8:7fff::1"));
  EXPECT_FALSE(trusted("2001:db8:8000::1"));
  for (const char* text : {"", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129"}) {
    EXPECT_FALSE(TrustedProxies::create({text})) << text;
  }
}

TEST(ClientAddress, TakesTheLastHopThatIsNoProxy) {
  const TrustedProxies proxies = *TrustedProxies::create({"10.0.0.0/8"});
  const auto client = [&](std::string forwarded) {
    Headers headers;
    headers.add("x-forwarded-for", std::move(forwarded));
    return to_string(client_behind(proxies, *parse_address("10.0.0.1"), headers));
  };
  EXPECT_EQ(client("6.6.6.6, 1.2.3.4"), "1.2.3.4");  // the client may have sent 6.6.6.6 itself
  EXPECT_EQ(client("6.6.6.6, 1.2.3.4, 10.0.0.2"), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.3, 10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(client("1.2.3.4, unknown"), "10.0.0.1");
  EXPECT_EQ(client(""), "10.0.0.1");
}

}  // namespace
}  // namespace kohaku::http
