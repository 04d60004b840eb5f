#include "stats/sketch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "stats/who.h"

namespace kohaku::stats {
namespace {

// Evenly distributed, as keyed hashes are, and the same in each run.
class People {
 public:
  explicit People(std::uint64_t seed) : random_(seed) {}
  Who next() {
    Who who;
    for (auto& byte : who.bytes) byte = static_cast<std::byte>(random_());
    return who;
  }

 private:
  std::mt19937_64 random_;
};

Sketch sketch_of(std::int64_t count, std::uint64_t seed) {
  People people(seed);
  Sketch sketch;
  for (std::int64_t i = 0; i < count; ++i) sketch.add(people.next());
  return sketch;
}

Sketch reread(const Sketch& sketch) { return Sketch::parse(as_bytes(sketch.serialize())).value(); }

TEST(Sketch, IsWithinItsStatedErrorForFewAndMany) {
  for (const std::int64_t count : {1, 10, 1'000, 4'096, 30'000, 100'000, 1'000'000}) {
    double squares = 0;
    const int runs = count < 100'000 ? 20 : 4;
    for (int seed = 0; seed < runs; ++seed) {
      const double off = sketch_of(count, static_cast<std::uint64_t>(seed)).estimate() / count - 1;
      EXPECT_LT(std::abs(off), 4 * Sketch::standard_error) << count << " seed " << seed;
      squares += off * off;
    }
    EXPECT_LT(std::sqrt(squares / runs), 2 * Sketch::standard_error) << count;
  }
  EXPECT_EQ(std::lround(sketch_of(10, 1).estimate()), 10);
}

TEST(Sketch, OfNobodyIsZero) {
  EXPECT_EQ(Sketch().estimate(), 0);
  EXPECT_TRUE(Sketch().empty());
  EXPECT_EQ(reread(Sketch()).estimate(), 0);
}

TEST(Sketch, IsMadeAgainOfItsRegisters) {
  for (const std::int64_t count : {0, 100, 30'000}) {
    const auto sketch = sketch_of(count, 3);
    const auto registers = sketch.registers();
    ASSERT_EQ(registers.size(), 16'384U);
    Sketch again;
    for (std::uint32_t i = 0; i < registers.size(); ++i) {
      if (registers[i] > 0) again.raise(i, registers[i]);
    }
    EXPECT_EQ(again.serialize(), sketch.serialize()) << count;
  }
}

TEST(Sketch, CountsSomebodyOnce) {
  const WhoKey key({});
  Sketch sketch;
  for (int i = 0; i < 1'000; ++i) sketch.add(key.of_user({7}));
  EXPECT_EQ(std::lround(sketch.estimate()), 1);
}

TEST(Sketch, MergedPartsAreTheWhole) {
  for (const std::int64_t count : {3, 500, 3'000, 5'000, 40'000}) {
    People people(9);
    Sketch whole;
    std::array<Sketch, 3> parts;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto who = people.next();
      whole.add(who);
      parts.at(static_cast<std::size_t>(i) % 2).add(who);
      if (i < 10) parts[2].add(who);
    }
    Sketch merged;
    for (const auto& part : parts) merged.merge(reread(part));
    EXPECT_EQ(merged.serialize(), whole.serialize()) << count;
    Sketch other_way = parts[2];
    other_way.merge(parts[1]);
    other_way.merge(parts[0]);
    EXPECT_EQ(other_way.serialize(), whole.serialize()) << count;
  }
}

TEST(Sketch, RefusesWhatIsNone) {
  const std::string sparse = sketch_of(100, 1).serialize();
  const std::string dense = sketch_of(100'000, 1).serialize();
  EXPECT_FALSE(Sketch::parse({}));
  EXPECT_FALSE(Sketch::parse(as_bytes(std::string_view("\x03"))));
  EXPECT_FALSE(Sketch::parse(as_bytes(sparse.substr(0, sparse.size() - 1))));
  EXPECT_FALSE(Sketch::parse(as_bytes(dense.substr(0, dense.size() - 1))));
  auto twice = sparse;
  twice.replace(4, 3, twice.substr(1, 3));
  EXPECT_FALSE(Sketch::parse(as_bytes(twice)));
  auto high = dense;
  high[5] = 60;
  EXPECT_FALSE(Sketch::parse(as_bytes(high)));
}

}  // namespace
}  // namespace kohaku::stats
