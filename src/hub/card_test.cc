#include "hub/card.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kohaku::hub {
namespace {

bool has(const CardMetadata& card, std::string_view tag) {
  return std::ranges::find(card.tags, tag) != card.tags.end();
}

TEST(Card, readsTheFrontMatterOfAModel) {
  const auto card = read_card(
      "---\nlicense: mit\nlanguage:\n- en\n- no\ntags: [a, 'b c']\npipeline_tag: text-generation\n"
      "library_name: transformers\ndatasets:\n- squad\nbase_model: org/base\n---\n# Title\n"
      "See https://arxiv.org/abs/2401.01234 and arxiv.org/pdf/1234.5678v2\n",
      "");
  ASSERT_TRUE(card.card_data_json);
  EXPECT_EQ(*card.card_data_json,
            R"({"license":"mit","language":["en","no"],"tags":["a","b c"],)"
            R"("pipeline_tag":"text-generation","library_name":"transformers",)"
            R"("datasets":["squad"],"base_model":"org/base"})");
  EXPECT_EQ(card.pipeline_tag, "text-generation");
  EXPECT_EQ(card.library_name, "transformers");
  for (const char* tag :
       {"license:mit", "en", "no", "a", "b c", "text-generation", "transformers", "dataset:squad",
        "base_model:org/base", "arxiv:2401.01234", "arxiv:1234.5678", "region:us"}) {
    EXPECT_TRUE(has(card, tag)) << tag;
  }
  EXPECT_TRUE(std::ranges::is_sorted(card.tags));
}

TEST(Card, scalarsFollowTheCoreSchema) {
  const auto card = read_card(
      "---\na: 1\nb: -2\nc: 0x1f\nd: 1.5\ne: true\nf: 'true'\ng: ~\nh: 2024-01-01\ni: no\n"
      "j: 99999999999999999999999\nk: .inf\nl: \"7\"\nm: 1e3\n---\n",
      "");
  EXPECT_EQ(card.card_data_json.value_or(""),
            R"({"a":1,"b":-2,"c":31,"d":1.5,"e":true,"f":"true","g":null,"h":"2024-01-01",)"
            R"("i":"no","j":1e+23,"k":".inf","l":"7","m":1000})");
}

TEST(Card, whatCannotBeReadIsNoCard) {
  for (const char* text : {"", "# no front matter", "---\nnot closed: 1\n", "---\n[1, 2]\n---\n",
                           "---\na: [\n---\n", "---\n\xff: 1\n---\n", "text\n---\na: 1\n---\n"}) {
    const auto card = read_card(text, "");
    EXPECT_FALSE(card.card_data_json) << text;
    EXPECT_EQ(card.tags, std::vector<std::string>{"region:us"}) << text;
  }
  EXPECT_EQ(read_card("---\n---\nx", "").card_data_json, "{}");
  EXPECT_EQ(read_card("\xEF\xBB\xBF---\r\na: 1\r\n---\r\nx", "").card_data_json, R"({"a":1})");
}

TEST(Card, aliasesCannotBlowUp) {
  std::string text = "---\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto before = std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += "*a" + before + (k < 9 ? "," : "]\n");
  }
  const auto card = read_card(text + "---\n", "");
  EXPECT_FALSE(card.card_data_json);
}

TEST(Card, depthIsBounded) {
  EXPECT_FALSE(read_card("---\na: " + std::string(200'000, '[') + "\n---\n", "").card_data_json);
  EXPECT_FALSE(read_card("---\na: " + std::string(100, '[') + std::string(100, ']') + "\n---\n", "")
                   .card_data_json);
}

TEST(Card, configNamesTheModelType) {
  const auto card = read_card("", R"({"model_type":"bert","architectures":["BertModel"]})");
  EXPECT_EQ(card.library_name, "transformers");
  EXPECT_TRUE(has(card, "bert"));
  EXPECT_TRUE(has(card, "transformers"));
  EXPECT_EQ(read_card("", "[1]").library_name, std::nullopt);
  EXPECT_EQ(read_card("", "{\"model_type\":7}").library_name, std::nullopt);
}

TEST(Card, frontMatterSaysWhatIsWrong) {
  EXPECT_FALSE(read_front_matter("# x").present);
  const auto bad = read_front_matter("---\na: [\n---\n");
  EXPECT_TRUE(bad.present);
  EXPECT_FALSE(bad.json);
  EXPECT_FALSE(bad.problem.empty());
  EXPECT_TRUE(read_front_matter("---\na: 1\n---\n").json);
}

}  // namespace
}  // namespace kohaku::hub
