#include "http/chunk_decoder.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace kohaku::http {
namespace {

// Feeds the text in pieces of `step` bytes, as a socket would; "!" for a refusal.
std::string decode(std::string_view text, std::size_t step, std::size_t* used = nullptr) {
  ChunkDecoder decoder;
  std::string body;
  std::size_t done = 0;
  for (std::size_t end = std::min(step, text.size());;) {
    const auto result = decoder.step({text.data() + done, end - done});
    if (!result) return "!";
    body.append(result->piece.data(), result->piece.size());
    done += result->consumed;
    if (decoder.finished()) break;
    if (result->consumed > 0 && done < end) continue;
    if (end == text.size()) return body + "...";
    end = std::min(end + step, text.size());
  }
  if (used) *used = done;
  return body;
}

TEST(ChunkDecoder, DecodesHoweverThePiecesAreCut) {
  const std::string_view text =
      "3\r\nabc\r\n00A;name=\"v\"\r\n0123456789\r\n1 \r\n\r\r\n0\r\nA: b\r\nC: d\r\n\r\nnext";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    std::size_t used = 0;
    EXPECT_EQ(decode(text, step, &used), "abc0123456789\r") << step;
    EXPECT_EQ(text.substr(used), "next") << step;
  }
}

TEST(ChunkDecoder, WaitsForTheVeryEnd) {
  EXPECT_EQ(decode("0\r\n", 1), "...");
  EXPECT_EQ(decode("0\r\n\r", 1), "...");
  EXPECT_EQ(decode("0\r\nA: b\r\n", 1), "...");
  EXPECT_EQ(decode("0\r\n\r\n", 1), "");
}

TEST(ChunkDecoder, RefusesWhatIsMalformed) {
  for (const std::string_view text :
       {"\r\n", "g\r\n", "-1\r\n", "0x1\r\n", " 1\r\n", "1\n", "1\r\r", "1;a\nb\r\n", "1\r\nab\r\n",
        "1\r\na\nb", "1\r\na\r0", "0\r\nA: b\n\r\n", "0\r\n A: b\r\n", "0\r\n\n",
        "10000000000000000\r\n", "fffffffffffffffff\r\n"}) {
    EXPECT_EQ(decode(text, 1), "!") << text;
    EXPECT_EQ(decode(text, text.size()), "!") << text;
  }
  EXPECT_EQ(decode("1;" + std::string(20'000, 'a'), 100), "!");
  EXPECT_EQ(decode("0\r\nA: " + std::string(20'000, 'a'), 100), "!");
}

}  // namespace
}  // namespace kohaku::http
