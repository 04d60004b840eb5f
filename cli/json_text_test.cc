#include "cli/json_text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace kohaku::cli {
namespace {

TEST(JsonText, IsIndentedInItsOwnOrder) {
  const auto value = boost::json::parse(R"({"z":[1,{"a":true}],"b":{},"c":[],"d":"x"})");
  EXPECT_EQ(pretty(value), R"({
  "z": [
    1,
    {
      "a": true
    }
  ],
  "b": {},
  "c": [],
  "d": "x"
}
)");
}

TEST(JsonText, KeepsWhatATerminalWouldActUponAsEscapes) {
  const boost::json::value value = "\x1b[2J \x7f \xc2\x9b \xc2\xb5 ü";
  const auto text = pretty(value);
  EXPECT_EQ(text, "\"\\u001b[2J \\u007f \\u009b \xc2\xb5 ü\"\n");
  EXPECT_EQ(boost::json::parse(text), value);
}

TEST(JsonText, TellsWhichFieldIsNotAsExpected) {
  const auto value = boost::json::parse(R"({"downloads":"many","likes":3})");
  EXPECT_EQ(number_field(value, "likes"), 3);
  for (const auto* name : {"downloads", "files"}) {
    const auto found = number_field(value, name);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::internal);
    EXPECT_NE(found.error().message.find(name), std::string::npos) << found.error().message;
  }
  EXPECT_FALSE(number_field(boost::json::parse("[1]"), "likes"));
  EXPECT_FALSE(list_field(value, "likes"));
  EXPECT_FALSE(text_field(value, "likes"));
  EXPECT_FALSE(truth_field(value, "likes"));
}

}  // namespace
}  // namespace kohaku::cli
