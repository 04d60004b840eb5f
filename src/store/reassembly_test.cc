#include "store/reassembly.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "store/store_fixture.h"

namespace kohaku::store {
namespace {

// Chunks of very different sizes, so that what is skipped of one is more than all of the next.
constexpr std::array<std::uint32_t, 4> chunk_sizes = {1000, 3, 1, 400};

class ReassemblyTest : public StoreTest {
 protected:
  ReassemblyTest() {
    EXPECT_TRUE(publish(bytes_));
    std::vector<xet::StoredChunk> chunks;
    for (const auto size : chunk_sizes) {
      chunks.push_back({.hash = {}, .packed_bytes = size + 8, .size = size});
    }
    EXPECT_TRUE(database_->write_now([&](db::Connection& connection) {
      return XorbStore::write_view(connection, xorb_, chunks, sha256(bytes_), 0, clock_.now());
    }));
  }

  // Names the chunks [first, last).
  void add_term(std::uint32_t first, std::uint32_t last) {
    std::uint32_t begin = 0;
    for (std::uint32_t i = 0; i < first; ++i) begin += chunk_sizes[i];
    std::uint32_t size = 0;
    for (auto i = first; i < last; ++i) size += chunk_sizes[i];
    terms_.push_back({.xorb = xorb_, .size = size, .first = first, .last_exclusive = last});
    whole_ += bytes_.substr(begin, size);
  }

  Result<std::string> reassemble(std::uint64_t skip, std::uint64_t length) {
    const auto next = [this, at = std::size_t{0}]() mutable -> Result<std::optional<xet::Term>> {
      if (at == terms_.size()) return std::nullopt;
      return terms_[at++];
    };
    Reassembly reassembly(store_->xorbs(), next, skip, length);
    std::string text;
    while (true) {
      const auto piece = TRY(reassembly.read());
      if (piece.empty()) return text;
      text += as_text(piece);
    }
  }

  const std::string bytes_ = noise(1404);
  const xet::Hash xorb_ = *xet::parse_hash(std::string(64, 'a'));
  std::vector<xet::Term> terms_;
  std::string whole_;
};

TEST_F(ReassemblyTest, GivesEveryRangeOfTermsThatRepeatAndAreUnequal) {
  add_term(0, 1);
  add_term(1, 2);
  add_term(2, 4);
  add_term(0, 4);
  add_term(1, 3);
  add_term(1, 3);
  for (std::uint64_t skip = 0; skip < whole_.size(); skip += 7) {
    for (const std::uint64_t length : {1, 5, 900, 3000}) {
      const auto most = std::min(length, whole_.size() - skip);
      ASSERT_TRUE(reassemble(skip, most) == whole_.substr(skip, most)) << skip << " " << most;
    }
  }
}

TEST_F(ReassemblyTest, FailsWhereTheTermsEndTooEarly) {
  add_term(0, 2);
  EXPECT_EQ(reassemble(0, 1003), whole_);
  EXPECT_EQ(reassemble(0, 1004).error().code, Code::internal);
}

TEST_F(ReassemblyTest, FailsWhereATermLiesOutsideOfItsXorb) {
  terms_.push_back({.xorb = xorb_, .size = 1, .first = 3, .last_exclusive = 5});
  EXPECT_EQ(reassemble(0, 1).error().code, Code::internal);
}

}  // namespace
}  // namespace kohaku::store
