#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

namespace kohaku {
namespace {

TEST(Hash, TestVectors) {
  EXPECT_EQ("a9993e364706816aba3e25717850c26c9cd0d89d", sha1(as_bytes("abc")).hex());
  EXPECT_EQ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            sha1(as_bytes(std::string_view("blob 0\0", 7))).hex());
  EXPECT_EQ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", sha256("").hex());
  EXPECT_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            sha256("abc").hex());
  // RFC 4231, test cases 2 and 6 (a key longer than a block).
  EXPECT_EQ("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).hex());
  EXPECT_EQ("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            hmac_sha256(as_bytes(std::string(131, '\xaa')),
                        as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))
                .hex());
}

TEST(Hash, PiecesGiveTheSameAsTheWhole) {
  std::string text(10'000, '\0');
  random_bytes(std::as_writable_bytes(std::span(text)));
  Sha1Hasher one;
  Sha256Hasher two;
  for (std::size_t i = 0, step = 0; i < text.size(); i += step) {
    step = std::min(text.size() - i, i % 700 + 1);
    one.update(std::string_view(text).substr(i, step));
    two.update(std::string_view(text).substr(i, step));
  }
  EXPECT_EQ(sha1(as_bytes(text)), one.finish());
  EXPECT_EQ(sha256(text), two.finish());
}

TEST(Hash, ComparesByContent) {
  EXPECT_TRUE(equal_in_constant_time(as_bytes("same"), as_bytes(std::string("same"))));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("sane")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("sam")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

TEST(Hash, RandomTextUsesAllItsSymbols) {
  const auto text = random_text(10'000);
  ASSERT_EQ(10'000u, text.size());
  EXPECT_EQ(62u, std::set<char>(text.begin(), text.end()).size());
  for (const char c : text) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)));
  EXPECT_NE(random_text(20), random_text(20));
  EXPECT_EQ("", random_text(0));
}

TEST(Digest, HexGoesBothWays) {
  const auto digest = sha256("abc");
  EXPECT_EQ(digest, Sha256::from_hex(digest.hex()));
  auto upper = digest.hex();
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(digest, Sha256::from_hex(upper));
  EXPECT_EQ(digest, Sha256::from_bytes(digest.view()));
}

TEST(Digest, RefusesWhatIsNotExactlyOne) {
  const auto hex = sha1(as_bytes("abc")).hex();
  EXPECT_FALSE(Sha1::from_hex(hex.substr(1)));
  EXPECT_FALSE(Sha1::from_hex(hex + "0"));
  EXPECT_FALSE(Sha1::from_hex(""));
  EXPECT_FALSE(Sha256::from_hex(hex));
  for (const char bad : {'g', 'G', ' ', '-', '\0', '/', ':', '@', '`'}) {
    auto text = hex;
    text[7] = bad;
    EXPECT_FALSE(Sha1::from_hex(text)) << bad;
  }
  EXPECT_FALSE(Sha1::from_bytes(as_bytes("too short")));
}

TEST(Digest, OrdersAndHashes) {
  const auto a = Sha1::from_hex(std::string(40, '0')).value();
  const auto b = Sha1::from_hex(std::string(39, '0') + "1").value();
  EXPECT_LT(a, b);
  EXPECT_NE(a, b);
  const std::unordered_set<Sha1> set = {a, b, a};
  EXPECT_EQ(2u, set.size());
  EXPECT_TRUE(set.contains(b));
}

}  // namespace
}  // namespace kohaku
