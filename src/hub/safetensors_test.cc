#include "hub/safetensors.h"

#include <gtest/gtest.h>

#include "hub/reading_fixture.h"

namespace kohaku::hub {
namespace {

std::string file_of(const std::string& header, std::int64_t lie = 0) {
  std::string file;
  const auto length = header.size() + static_cast<std::uint64_t>(lie);
  for (unsigned i = 0; i < 8; ++i) file.push_back(static_cast<char>(length >> (8 * i)));
  return file + header;
}

const std::string two_tensors = R"({"__metadata__":{"format":"pt","dtype":"no"},)"
                                R"("a.weight":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]},)"
                                R"("scalar":{"shape":[],"data_offsets":[48,50],"dtype":"F16"}})";

TEST(SafetensorsHeader, CountsParametersByType) {
  SafetensorsFacts facts;
  ASSERT_TRUE(add_safetensors_header(two_tensors, facts));
  EXPECT_EQ(facts.parameters, (std::map<std::string, std::uint64_t>{{"F16", 1}, {"F32", 12}}));
  EXPECT_EQ(facts.total, 13U);
  ASSERT_TRUE(add_safetensors_header(two_tensors + "   ", facts));
  EXPECT_EQ(facts.total, 26U);
}

TEST(SafetensorsHeader, RefusesWhatCannotBe) {
  for (const std::string bad :
       {"", "{", "[]", "7", R"({"a":{"shape":[1]}})", R"({"a":{"dtype":"F32","shape":[-1]}})",
        R"({"a":{"dtype":"F32","shape":[1.5]}})", R"({"a":{"dtype":"F32","shape":[1]}} x)",
        R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,2]}})",
        R"({"a":{"dtype":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","shape":[1]}})"}) {
    SafetensorsFacts facts;
    facts.total = 5;
    EXPECT_FALSE(add_safetensors_header(bad, facts)) << bad;
    EXPECT_EQ(facts.total, 5U) << bad;
  }
  SafetensorsFacts facts;
  EXPECT_FALSE(add_safetensors_header(std::string(100'000, '['), facts));
}

class SafetensorsTest : public ReadingTest {
 protected:
  SafetensorsTest() : repo_(add_repo(add_account("ada"), "model")) {}
  std::optional<SafetensorsFacts> facts_of(const Files& files) {
    const auto id = commit(repo_, files);
    const auto repository = value_of(hub().repositories.get(repo_.id));
    return value_of(
        read_safetensors(hub(), repo_.id, *repository, value_of(repository->commit(id))->tree));
  }
  Repo repo_;
};

TEST_F(SafetensorsTest, ReadsASingleFile) {
  const auto facts = facts_of({{"model.safetensors", file_of(two_tensors) + "data"}});
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->total, 13U);
}

TEST_F(SafetensorsTest, SumsTheShardsOfAnIndex) {
  Files files = {{"model-00001-of-00002.safetensors", file_of(two_tensors)},
                 {"model-00002-of-00002.safetensors", file_of(two_tensors)},
                 {"model-of.safetensors", "x"}};
  EXPECT_FALSE(facts_of(files));
  files["model.safetensors.index.json"] = "{}";
  const auto facts = facts_of(files);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->total, 26U);
}

TEST_F(SafetensorsTest, LiesAboutLengthsCountAsNoModel) {
  EXPECT_FALSE(facts_of({{"model.safetensors", file_of(two_tensors, 1)}}));
  EXPECT_FALSE(facts_of({{"model.safetensors", file_of(two_tensors, -1)}}));
  EXPECT_FALSE(facts_of({{"model.safetensors", file_of(two_tensors, INT64_MAX)}}));
  EXPECT_FALSE(facts_of({{"model.safetensors", "short"}}));
  EXPECT_FALSE(facts_of({{"model.safetensors/x", "a folder"}}));
}

}  // namespace
}  // namespace kohaku::hub
