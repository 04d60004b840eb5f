#include "os/log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "os/log_line.h"

namespace kohaku::os {
namespace {

constexpr Micros time{1736942400123456};

std::string text_line(std::string_view message, std::vector<Field> fields) {
  return format_log_line(LogFormat::text, time, Level::info, message, fields);
}

TEST(Log, TextIsReadable) {
  EXPECT_EQ(
      "2025-01-15T12:00:00.123Z info Served status=200 path=/a/b seconds=0.25 cached=true\n",
      text_line(
          "Served",
          {{"status", std::int64_t{200}}, {"path", "/a/b"}, {"seconds", 0.25}, {"cached", true}}));
}

TEST(Log, TextQuotesWhatIsNotOneWord) {
  EXPECT_EQ("2025-01-15T12:00:00.123Z info M a=\"two words\" b=\"\" c=\"x=y\" d=\"\\\"\" e=\"é\"\n",
            text_line("M", {{"a", "two words"}, {"b", ""}, {"c", "x=y"}, {"d", "\""}, {"e", "é"}}));
}

TEST(Log, NoValueForgesALineOrATerminalCommand) {
  const std::string evil = "x\n2025-01-15T12:00:00.123Z error Forged\r\x1b[2J\x7f\xc2\x9b\xff";
  for (const auto format : {LogFormat::text, LogFormat::json}) {
    const std::vector<Field> fields = {{"value", evil}, {evil, "value"}};
    const auto line = format_log_line(format, time, Level::info, evil, fields);
    EXPECT_EQ(line.size() - 1, line.find('\n'));
    for (const char c : line.substr(0, line.size() - 1)) {
      const auto value = static_cast<unsigned char>(c);
      EXPECT_TRUE(value >= 0x20 && value < 0x7F) << int{value};
    }
  }
}

TEST(Log, JsonEscapesWhatJsonMust) {
  const std::vector<Field> fields = {{"path", "a\\b\tc"}, {"bytes", std::int64_t{-5}},
                                     {"ratio", 1e300},    {"nothing", std::nan("")},
                                     {"ok", false},       {"name", "日本"},
                                     {"broken", "x\xff"}};
  EXPECT_EQ(R"({"time":"2025-01-15T12:00:00.123Z","level":"error","message":"say \"hi\"\n",)"
            R"("path":"a\\b\u0009c","bytes":-5,"ratio":1e+300,"nothing":null,"ok":false,)"
            R"("name":"日本","broken":"x\ufffd"})"
            "\n",
            format_log_line(LogFormat::json, time, Level::error, "say \"hi\"\n", fields));
}

TEST(Log, WritesWholeLinesAndOnlyWhatIsAsked) {
  set_up_log(Level::warning, LogFormat::text);
  testing::internal::CaptureStderr();
  log_info("unheard");
  log_warning("heard", {{"n", std::int64_t{1}}});
  const auto written = testing::internal::GetCapturedStderr();
  set_up_log(Level::info, LogFormat::text);
  EXPECT_EQ(written.find("unheard"), std::string::npos);
  EXPECT_TRUE(written.ends_with(" warning heard n=1\n")) << written;
}

}  // namespace
}  // namespace kohaku::os
