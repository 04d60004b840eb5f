#include "net/address_guard.h"

#include <gtest/gtest.h>

namespace kohaku::net {
namespace {

TEST(AddressGuard, LetsPublicAddressesPass) {
  for (const auto* text :
       {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111",
        "2a00:1450:4001::1", "64:ff9b::808:808", "2002:808:808::1"}) {
    EXPECT_TRUE(is_public_address(text)) << text;
  }
}

TEST(AddressGuard, RefusesEverySpellingOfAPrivateAddress) {
  for (const auto* text : {"127.0.0.1",
                           "127.255.255.254",
                           "0.0.0.0",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "::127.0.0.1",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "ff02::1",
                           "64:ff9b::7f00:1",
                           "64:ff9b::a00:1",
                           "2002:7f00:1::",
                           "2002:c0a8:101::",
                           "2001::1",
                           "2001:db8::1",
                           "3fff::1"}) {
    EXPECT_FALSE(is_public_address(text)) << text;
  }
}

TEST(AddressGuard, RefusesWhatIsNoAddress) {
  for (const auto* text : {"", "localhost", "127.1", "0x7f.1", "2130706433", "8.8.8.8 ", "::g"}) {
    EXPECT_FALSE(is_public_address(text)) << text;
  }
}

}  // namespace
}  // namespace kohaku::net
