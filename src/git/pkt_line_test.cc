#include "git/pkt_line.h"

#include <gtest/gtest.h>

#include <string>

#include "git/push_request.h"
#include "git/wire.h"

namespace kohaku::git {
namespace {

TEST(PktLine, CountsItself) {
  EXPECT_EQ("0006a\n", pkt_line("a\n"));
  EXPECT_EQ("0004", pkt_line(""));
  EXPECT_EQ("fff0", pkt_line(std::string(longest_pkt_payload, 'x')).substr(0, 4));
}

TEST(PktLine, IsReadWhenItIsAllThere) {
  const auto line = read_pkt("0009helloREST");
  ASSERT_TRUE(line && *line);
  EXPECT_EQ("hello", (*line)->payload);
  EXPECT_EQ(9U, (*line)->consumed);
  for (const auto* part : {"", "0", "000", "0009hell"}) {
    const auto unfinished = read_pkt(part);
    ASSERT_TRUE(unfinished) << part;
    EXPECT_FALSE(*unfinished) << part;
  }
  EXPECT_TRUE((*read_pkt("0000"))->is_flush);
}

TEST(PktLine, RefusesWhatIsNone) {
  for (const auto* text :
       {"zzzz", "0001", "0003", "fff1", "ffff", "-001", "+004", " 004", "0x04"}) {
    const auto line = read_pkt(text);
    ASSERT_FALSE(line) << text;
    EXPECT_EQ(Code::bad_request, line.error().code);
  }
}

TEST(PktLine, ASideBandTakesSeveralLines) {
  std::string out;
  add_side_band(out, 2, "hi");
  EXPECT_EQ(std::string("0007\x02hi"), out);
  out.clear();
  add_side_band(out, 1, std::string(70'000, 'x'));
  EXPECT_EQ(70'000U + 2 * 5, out.size());
  EXPECT_EQ("fff0\x01", out.substr(0, 5));
}

std::string id(char digit) { return std::string(40, digit); }

TEST(PushRequest, IsReadInPiecesOfAnySize) {
  using namespace std::string_literals;
  auto text = pkt_line("shallow " + id('9'));
  text +=
      pkt_line(id('0') + " " + id('1') + " refs/heads/a\0 report-status side-band-64k atomic\n"s);
  text += pkt_line(id('2') + " " + id('0') + " refs/tags/b\n");
  text += "0000";
  for (std::size_t step = 1; step <= text.size() + 4; ++step) {
    const auto whole = text + "PACK";
    PushRequestParser parser;
    std::size_t at = 0;
    while (!parser.complete()) {
      const auto taken = parser.take(std::string_view(whole).substr(at, step));
      ASSERT_TRUE(taken) << step;
      at += *taken;
    }
    EXPECT_EQ(text.size(), at) << step;
    const auto& request = parser.request();
    ASSERT_EQ(2U, request.commands.size());
    EXPECT_EQ("refs/heads/a", request.commands[0].ref);
    EXPECT_FALSE(request.commands[0].from);
    EXPECT_EQ(id('1'), request.commands[0].to->hex());
    EXPECT_EQ(id('2'), request.commands[1].from->hex());
    EXPECT_FALSE(request.commands[1].to);
    EXPECT_TRUE(request.report_status && request.side_band && request.atomic);
  }
}

TEST(PushRequest, RefusesWhatIsMalformedOrEndless) {
  for (const auto& line :
       {std::string("hello"), id('0') + " " + id('1'), id('0') + " " + id('1') + " ",
        id('g') + " " + id('1') + " refs/heads/a", std::string("push-cert")}) {
    EXPECT_FALSE(PushRequestParser().take(pkt_line(line))) << line;
  }
  PushRequestParser parser;
  const auto command = pkt_line(id('0') + " " + id('1') + " refs/heads/a");
  Result<std::size_t> taken;
  for (int i = 0; i < 60'000 && taken; ++i) taken = parser.take(command);
  ASSERT_FALSE(taken);
  EXPECT_EQ(Code::payload_too_large, taken.error().code);
}

TEST(Wire, ProtocolVersionIsTheHighestNamed) {
  EXPECT_EQ(0, protocol_version(""));
  EXPECT_EQ(2, protocol_version("version=2"));
  EXPECT_EQ(1, protocol_version("object-format=sha1:version=1"));
  EXPECT_EQ(2, protocol_version("version=2:version=1"));
  EXPECT_EQ(0, protocol_version("version=22:--evil"));
}

TEST(Wire, ClientsSayWhatTheyAre) {
  // Version 2 has it in a line of its own, without an end of line.
  EXPECT_EQ("git/2.39.5",
            client_agent(pkt_line("command=ls-refs\n") + pkt_line("agent=git/2.39.5") +
                         pkt_line("object-format=sha1") + "0001"));
  EXPECT_EQ("git/2.1", client_agent(pkt_line("want aaaa multi_ack agent=git/2.1 ofs-delta\n")));
  EXPECT_EQ("git/2.1", client_agent(pkt_line("want aaaa agent=git/2.1\n")));
  EXPECT_EQ("", client_agent(pkt_line("want aaaa reagent=git/2.1\n") + "0000"));
  EXPECT_EQ("", client_agent(pkt_line("command=fetch") + "0001" + pkt_line("agent=git/2.1")));
  EXPECT_EQ("", client_agent("hello"));
}

}  // namespace
}  // namespace kohaku::git
