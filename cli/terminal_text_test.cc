#include "cli/terminal_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace kohaku::cli {
namespace {

TEST(TerminalText, WritesOutWhatATerminalWouldActUpon) {
  EXPECT_EQ(printable("plain, grün, 模型, 🤗"), "plain, grün, 模型, 🤗");
  EXPECT_EQ(printable("\x1b[2J\x07"), "\\x1b[2J\\x07");
  EXPECT_EQ(printable("a\r\n\tb\x7f"), "a\\r\\n\\tb\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\u009b31m");  // C1: some terminals take it for ESC [
  EXPECT_EQ(printable("gpj\xe2\x80\xae.exe"), "gpj\\u202e.exe");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(TerminalText, WritesOutWhatIsNotUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");                    // cut off
  EXPECT_EQ(printable("\xc0\x9b"), "\\xc0\\x9b");                    // longer than it need be
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // half of a surrogate pair
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
}

TEST(TerminalText, MeasuresColumns) {
  EXPECT_EQ(columns("model"), 5U);
  EXPECT_EQ(columns("grün"), 4U);
  EXPECT_EQ(columns("模型"), 4U);
  EXPECT_EQ(columns("e\xcc\x81"), 1U);  // e and a combining accent
  EXPECT_EQ(columns("▁█"), 2U);
}

TEST(TerminalText, CutsBetweenCharacters) {
  EXPECT_EQ(cut("model", 5), "model");
  EXPECT_EQ(cut("models", 5), "mode…");
  EXPECT_EQ(cut("模型模型", 4), "模…");  // a wide one does not fit in half
  EXPECT_EQ(cut("models", 1), "…");
  EXPECT_EQ(cut("models", 0), "");
}

TEST(TerminalText, GroupsThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(grouped(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

}  // namespace
}  // namespace kohaku::cli
