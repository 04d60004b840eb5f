#include "base/encoding.h"

#include <gtest/gtest.h>

#include <string>

#include "base/hash.h"

namespace kohaku {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(Percent, DecodesOnlyWhatIsWellFormed) {
  EXPECT_EQ("a b/é%", percent_decode("a%20b%2F%c3%A9%25"));
  EXPECT_EQ("a+b", percent_decode("a+b"));
  EXPECT_EQ("", percent_decode(""));
  for (const auto* text : {"%", "%4", "a%", "%zz", "%4g", "%00", "a%00b", "%-1", "% 1"}) {
    EXPECT_FALSE(percent_decode(text)) << text;
  }
  EXPECT_FALSE(percent_decode(std::string_view("a\0b", 3)));
}

TEST(Percent, DecodesOnce) { EXPECT_EQ("%2e", percent_decode("%252e")); }

TEST(Percent, EncodesAllButTheUnreserved) {
  EXPECT_EQ("a-._~%20%2F%25%C3%A9%00", percent_encode(std::string_view("a-._~ /%é\0", 11)));
  EXPECT_EQ("a/b%20c", percent_encode_path("a/b c"));
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(all, percent_decode(percent_encode(all)));
  EXPECT_EQ(all, percent_decode(percent_encode_path(all)));
}

TEST(Form, KeepsOrderAndRepetition) {
  EXPECT_EQ((Fields{{"a", "1"}, {"b", "x y"}, {"a", "2"}, {"c", ""}, {"d", ""}, {"e", "="}}),
            parse_form("a=1&b=x+y&a=2&c=&d&e=%3D"));
  EXPECT_EQ((Fields{{"a", "b=c"}, {"+", "&"}}), parse_form("a=b=c&%2B=%26"));
}

TEST(Form, SkipsWhatIsMalformed) {
  EXPECT_EQ((Fields{{"a", "1"}, {"b", "2"}}), parse_form("&&a=1&x=%zz&=nameless&%=1&b=2&"));
  EXPECT_TRUE(parse_form("").empty());
}

// RFC 4648, section 10.
const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};

TEST(Base64, TestVectors) {
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(encoded, base64_encode(as_bytes(plain)));
    EXPECT_EQ(plain, base64_decode(encoded));
    const auto bare = encoded.substr(0, encoded.find('='));
    EXPECT_EQ(bare, base64url_encode(as_bytes(plain)));
    EXPECT_EQ(plain, base64_decode(bare)) << "padding may be missing";
  }
  EXPECT_EQ("+/8=", base64_encode(as_bytes("\xfb\xff")));
  EXPECT_EQ("-_8", base64url_encode(as_bytes("\xfb\xff")));
  EXPECT_EQ("\xfb\xff", base64_decode("-_8")) << "either alphabet";
}

TEST(Base64, SkipsWhiteSpaceOnly) {
  EXPECT_EQ("foob", base64_decode(" Zm\r\n9v\tYg = = \n"));
  for (const auto* text : {"Zg=", "Z", "Zm9vY", "Z===", "=", "====", "Zg==Zg==", "Zg=a",
                           "Zm9v=", "Zm9v!", "Zm9v\x80", "Zm8==", "Zm9v,YmFy"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
  EXPECT_FALSE(base64_decode(std::string_view("Zg\0==", 5)));
}

TEST(Base64, PiecesCutAnywhereGiveTheSame) {
  std::string plain;
  for (int i = 0; i < 11; ++i) plain += static_cast<char>(i * 37);
  const auto encoded = base64_encode(as_bytes(plain));
  for (std::size_t i = 0; i <= encoded.size(); ++i) {
    for (std::size_t k = i; k <= encoded.size(); ++k) {
      Base64Decoder decoder;
      std::string out;
      ASSERT_TRUE(decoder.update(std::string_view(encoded).substr(0, i), out));
      ASSERT_TRUE(decoder.update(std::string_view(encoded).substr(i, k - i), out));
      ASSERT_TRUE(decoder.update(std::string_view(encoded).substr(k), out));
      ASSERT_TRUE(decoder.finish(out));
      ASSERT_EQ(plain, out);
    }
  }
}

TEST(Base64, StreamSeesErrorsAcrossPieces) {
  const auto decode = [](std::initializer_list<std::string_view> pieces) {
    Base64Decoder decoder;
    std::string out;
    for (const auto piece : pieces) {
      if (!decoder.update(piece, out)) return false;
    }
    return decoder.finish(out);
  };
  EXPECT_TRUE(decode({"Z", "g", "=", "="}));
  EXPECT_FALSE(decode({"Zg=", "=", "="}));
  EXPECT_FALSE(decode({"Zg==", "Z"}));
  EXPECT_FALSE(decode({"Zg=", "g"}));
  EXPECT_FALSE(decode({"Zm9v", "Z"}));
}

TEST(Base64, LongTextGoesBothWays) {
  std::string plain(1'000'003, '\0');
  random_bytes(std::as_writable_bytes(std::span(plain)));
  EXPECT_EQ(plain, base64_decode(base64_encode(as_bytes(plain))));
  EXPECT_EQ(plain, base64_decode(base64url_encode(as_bytes(plain))));
}

}  // namespace
}  // namespace kohaku
