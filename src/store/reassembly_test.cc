#include "store/reassembly.h"

#include <gtest/gtest.h>

#include <random>

#include "store/xorb_fixture.h"

namespace kohaku::store {
namespace {

class ReassemblyTest : public XorbTest {
 protected:
  ReassemblyTest() {
    EXPECT_TRUE(put(made_[0]));
    EXPECT_TRUE(put(made_[1]));
    put_view(made_[2], "in front" + made_[2].content() + "behind", 8);
  }

  static Reassembly::NextTerm give(std::vector<xet::Term> terms) {
    return [terms = std::move(terms),
            next = std::size_t{0}]() mutable -> Result<std::optional<xet::Term>> {
      if (next == terms.size()) return std::nullopt;
      return terms[next++];
    };
  }

  Result<std::string> read(std::vector<xet::Term> terms, std::uint64_t skip, std::uint64_t length) {
    Reassembly reassembly(xorbs(), give(std::move(terms)), skip, length);
    std::string text;
    while (true) {
      const auto piece = TRY(reassembly.read());
      if (piece.empty()) return text;
      text += as_text(piece);
    }
  }

  // Stored plainly, stored packed, and a view.
  const MadeXorb made_[3] = {
      noise_xorb({1, 20, 3, 40}, 1),
      MadeXorb({std::string(300, 'a'), std::string(5, 'b'), std::string(77, 'c')},
               xet::Compression::lz4),
      noise_xorb({50, 1, 2, 9, 30}, 9)};
};

TEST_F(ReassemblyTest, AnyPartOfAnyTermsIsWhatTheirChunksSay) {
  std::mt19937 random(1);
  const auto below = [&](std::size_t end) { return static_cast<std::uint32_t>(random() % end); };
  for (int round = 0; round < 300; ++round) {
    std::vector<xet::Term> terms;
    std::string whole;
    for (auto left = 1 + below(8); left > 0; --left) {
      const auto& xorb = made_[below(3)];
      const auto first = below(xorb.contents.size());
      const auto last = first + 1 + below(xorb.contents.size() - first);
      terms.push_back(xorb.term(first, last));
      whole += xorb.content(first, last);
    }
    ASSERT_EQ(*read(terms, 0, whole.size()), whole);
    for (int part = 0; part < 20; ++part) {
      const auto skip = below(whole.size() + 1);
      const auto length = below(whole.size() - skip + 1);
      ASSERT_EQ(*read(terms, skip, length), whole.substr(skip, length)) << skip << " " << length;
    }
  }
}

TEST_F(ReassemblyTest, EveryPartOfASmallFile) {
  const std::vector terms = {made_[2].term(1, 4), made_[0].term(0, 3), made_[2].term(1, 4)};
  const auto whole = made_[2].content(1, 4) + made_[0].content(0, 3) + made_[2].content(1, 4);
  for (std::size_t skip = 0; skip <= whole.size(); ++skip) {
    for (std::size_t length = 0; skip + length <= whole.size(); ++length) {
      ASSERT_EQ(*read(terms, skip, length), whole.substr(skip, length)) << skip << " " << length;
    }
  }
}

TEST_F(ReassemblyTest, PiecesAreSmall) {
  const auto large = noise_xorb(std::vector<std::size_t>(40, 131'072), 3);
  ASSERT_TRUE(put(large));
  const std::vector terms = {large.term(), large.term()};
  Reassembly reassembly(xorbs(), give(terms), 100, 2 * large.content().size() - 100);
  std::string text;
  while (true) {
    const auto piece = reassembly.read().value();
    if (piece.empty()) break;
    ASSERT_LE(piece.size(), std::size_t{2} << 20U);
    text += as_text(piece);
  }
  EXPECT_TRUE(text == (large.content() + large.content()).substr(100));
}

TEST_F(ReassemblyTest, TermsThatEndTooEarlyAreDamage) {
  const auto size = made_[0].content().size();
  EXPECT_EQ(read({made_[0].term()}, 0, size + 1).error().code, Code::internal);
  EXPECT_EQ(read({}, 0, 1).error().code, Code::internal);
  EXPECT_EQ(read({made_[0].term()}, size, 1).error().code, Code::internal);
}

TEST_F(ReassemblyTest, ATermOutsideItsXorbIsDamage) {
  auto term = made_[0].term();
  term.last_exclusive = 5;
  EXPECT_EQ(read({term}, 0, 10).error().code, Code::internal);
  term = made_[0].term();
  term.first = 4;
  term.last_exclusive = 3;
  EXPECT_EQ(read({term}, 0, 10).error().code, Code::internal);
  EXPECT_EQ(read({noise_xorb({5}, 99).term()}, 0, 5).error().code, Code::internal);
}

TEST_F(ReassemblyTest, DamageOnTheDiskIsNotRead) {
  flip_bit(file_of(made_[1]), 20);
  EXPECT_EQ(read({made_[1].term()}, 0, 10).error().code, Code::internal);
}

TEST_F(ReassemblyTest, SendSendsAllOfIt) {
  const auto whole = made_[0].content() + made_[2].content();
  const auto reassembly = std::make_shared<Reassembly>(
      xorbs(), give({made_[0].term(), made_[2].term()}), 5, whole.size() - 10);
  KeptBody kept;
  ASSERT_TRUE(run_task(send(pool_, reassembly, kept)));
  EXPECT_EQ(kept.text, whole.substr(5, whole.size() - 10));
}

}  // namespace
}  // namespace kohaku::store
