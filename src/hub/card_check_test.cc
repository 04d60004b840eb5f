#include "hub/card_check.h"

#include <gtest/gtest.h>

namespace kohaku::hub {
namespace {

TEST(CardCheck, FindsNothingWrongWithAGoodCard) {
  const auto check =
      check_card("---\nlicense: mit\ntags:\n- x\nmodel-index:\n- name: a\n---\n# Hi");
  EXPECT_TRUE(check.is_valid());
  EXPECT_TRUE(check.warnings.empty());
}

TEST(CardCheck, WarnsOfAMissingFrontMatter) {
  for (const auto* text : {"", "# Hi", "---\n---\n"}) {
    const auto check = check_card(text);
    EXPECT_TRUE(check.is_valid()) << text;
    EXPECT_EQ(check.warnings.size(), 1U) << text;
  }
}

TEST(CardCheck, WarnsOfAnUnknownLicense) {
  EXPECT_EQ(check_card("---\nlicense: my-own\n---\n").warnings.size(), 1U);
  EXPECT_EQ(check_card("---\nlicense: [mit, my-own]\n---\n").warnings.size(), 1U);
  EXPECT_TRUE(check_card("---\nlicense: [mit, apache-2.0]\n---\n").warnings.empty());
}

TEST(CardCheck, RefusesWhatClientsCouldNotRead) {
  for (const auto* text :
       {"---\nmodel-index: foo\n---\n", "---\n- a list\n---\n", "---\ntags: foo\n---\n",
        "---\na: [\n---\n", "---\nlicense: {a: b}\n---\n", "---\nlibrary_name: [a]\n---\n"}) {
    const auto check = check_card(text);
    EXPECT_FALSE(check.is_valid()) << text;
    EXPECT_EQ(check.errors.size(), 1U) << text;
  }
}

}  // namespace
}  // namespace kohaku::hub
