#include "git/pack_watch.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "git/pkt_line.h"

namespace kohaku::git {
namespace {

// Begun and ended, whatever pieces the output comes in.
std::pair<int, int> packs_in(std::string_view output) {
  PackWatch whole;
  whole.see(as_bytes(output));
  PackWatch by_bytes;
  for (const auto& byte : as_bytes(output)) by_bytes.see({&byte, 1});
  EXPECT_EQ(whole.begun(), by_bytes.begun());
  EXPECT_EQ(whole.ended(), by_bytes.ended());
  return {whole.begun(), whole.ended()};
}

std::string flushed(std::string text) { return text.append(flush_pkt); }

std::string pack(int lines = 1) {
  std::string text;
  add_side_band(text, 2, "Counting objects");
  for (int i = 0; i < lines; ++i) add_side_band(text, 1, "PACK0000 and 0005\x01");
  return flushed(text);
}

using Packs = std::pair<int, int>;

TEST(PackWatch, FindsNoneInWhatIsOnlySaid) {
  EXPECT_EQ(Packs(0, 0), packs_in(""));
  EXPECT_EQ(Packs(0, 0), packs_in(flushed(pkt_line("version 2\n") + pkt_line("fetch=shallow\n"))));
  EXPECT_EQ(Packs(0, 0), packs_in(pkt_line("NAK\n")));
  EXPECT_EQ(Packs(0, 0), packs_in(flushed(pkt_line("acknowledgments\n") + pkt_line("NAK\n"))));
  EXPECT_EQ(Packs(0, 0), packs_in(flushed(pkt_line(std::string(40, 'a') + " refs/heads/PACK\n"))));
  std::string refused;
  add_side_band(refused, 3, "no");
  EXPECT_EQ(Packs(0, 0), packs_in(flushed(refused)));
}

TEST(PackWatch, FindsOneInEveryFormOfTheProtocol) {
  // Version 2; before it, with side bands, and without.
  EXPECT_EQ(Packs(1, 1), packs_in(pkt_line("acknowledgments\n") + pkt_line("ready\n") + "0001" +
                                  pkt_line("packfile\n") + pack(3)));
  EXPECT_EQ(Packs(1, 1), packs_in(pkt_line("ACK " + std::string(40, 'a') + "\n") + pack()));
  EXPECT_EQ(Packs(1, 0), packs_in(pkt_line("NAK\n") + "PACK and 0000 its bytes 0005\x01"));
}

TEST(PackWatch, KnowsThatAPackIsNotWhole) {
  const auto all = pkt_line("packfile\n") + pack(2);
  EXPECT_EQ(Packs(1, 0), packs_in(std::string_view(all).substr(0, all.size() - 1)));
  EXPECT_EQ(Packs(0, 0), packs_in(pkt_line("packfile\n")));
}

TEST(PackWatch, CountsEachOfAConversation) {
  const auto refs = flushed(pkt_line("aaaa HEAD\n"));
  EXPECT_EQ(Packs(2, 2), packs_in(refs + pkt_line("packfile\n") + pack() + refs +
                                  pkt_line("packfile\n") + pack()));
}

TEST(PackWatch, GivesUpOnWhatIsNoSuchOutput) {
  EXPECT_EQ(Packs(0, 0), packs_in("hello 0005\x01"));
  EXPECT_EQ(Packs(0, 0), packs_in("-001\x01\x01"));
}

}  // namespace
}  // namespace kohaku::git
