#include "store/object_terms.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/xorb_fixture.h"

namespace kohaku::store {
namespace {

class ObjectTermsTest : public XorbTest {
 protected:
  ObjectTermsTest() {
    for (const auto& xorb : xorbs_) EXPECT_TRUE(put(xorb));
    EXPECT_TRUE(publish("object"));
  }

  // `count` terms of sizes 1, 2, 3, 1, … in turns of two xorbs.
  std::vector<xet::Term> make(std::uint32_t count) const {
    std::vector<xet::Term> terms;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto& xorb = xorbs_[i / 2 % 2];
      terms.push_back({xorb.hash, 1 + i % 3, i % 7, i % 7 + 1 + i % 3});
    }
    return terms;
  }

  void write(const std::vector<xet::Term>& terms) {
    const auto written = database_->write_now([&](db::Connection& c) -> Result<> {
      TermWriter writer(c, object_);
      for (const auto& term : terms) TRY(writer.add(term));
      return writer.finish();
    });
    ASSERT_TRUE(written) << written.error().detail;
  }

  std::vector<xet::Term> read(TermReader& reader) {
    std::vector<xet::Term> terms;
    while (const auto term = reader.next().value()) terms.push_back(*term);
    return terms;
  }

  const MadeXorb xorbs_[2] = {noise_xorb({4}, 1), noise_xorb({4}, 2)};
  const Sha256 object_ = sha256("object");
};

TEST_F(ObjectTermsTest, WhatIsWrittenIsRead) {
  for (const std::uint32_t number : {0U, 1U, 1023U, 1024U, 1025U, 2048U, 2500U}) {
    execute("DELETE FROM object_terms");
    execute("DELETE FROM object_xorb");
    const auto terms = make(number);
    write(terms);
    TermReader reader(*database_, object_);
    EXPECT_EQ(read(reader), terms) << number;
    EXPECT_EQ(count("SELECT count(*) FROM object_terms"), (number + 1023) / 1024) << number;
    EXPECT_EQ(count("SELECT count(*) FROM object_xorb"), std::min((number + 1) / 2, 2U)) << number;
  }
}

TEST_F(ObjectTermsTest, SeekFindsTheTermOfAnyByte) {
  const auto terms = make(2500);
  write(terms);
  std::uint64_t byte = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool near_border = i < 3 || i > 2497 || i % 1024 < 3 || i % 1024 > 1020;
    for (std::uint32_t before = 0; before < terms[i].size; ++before, ++byte) {
      if (!near_border) continue;
      TermReader reader(*database_, object_);
      ASSERT_EQ(*reader.seek(byte), before) << byte;
      EXPECT_EQ(*reader.next(), terms[i]) << byte;
      if (i + 1 < terms.size()) {
        EXPECT_EQ(*reader.next(), terms[i + 1]) << byte;
      } else {
        EXPECT_EQ(*reader.next(), std::nullopt);
      }
    }
  }
  TermReader reader(*database_, object_);
  EXPECT_FALSE(reader.seek(byte));  // the end is no byte
}

TEST_F(ObjectTermsTest, SeekGoesBackAndForth) {
  const auto terms = make(2500);
  write(terms);
  TermReader reader(*database_, object_);
  ASSERT_TRUE(reader.seek(4000));
  ASSERT_EQ(*reader.seek(0), 0U);
  EXPECT_EQ(read(reader), terms);
}

TEST_F(ObjectTermsTest, AnObjectWithoutTermsHasNoFirstByte) {
  TermReader reader(*database_, object_);
  EXPECT_EQ(*reader.next(), std::nullopt);
  EXPECT_FALSE(reader.seek(0));
}

TEST_F(ObjectTermsTest, ACutPageIsDamage) {
  write(make(3));
  execute("UPDATE object_terms SET terms = substr(terms, 2)");
  TermReader reader(*database_, object_);
  const auto term = reader.next();
  ASSERT_FALSE(term);
  EXPECT_EQ(term.error().code, Code::internal);
}

}  // namespace
}  // namespace kohaku::store
