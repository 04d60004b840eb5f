#include "cli/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "os/files.h"
#include "os/scratch_directory.h"

namespace kohaku::cli {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override { variables_["HOME"] = home_.string(); }

  void write(const std::string& name, std::string_view text) {
    const auto path = home_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  Result<Settings> read(const GivenSettings& given = {}) {
    return read_settings(given, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    });
  }

  std::string refusal(const GivenSettings& given = {}) {
    const auto settings = read(given);
    if (settings) return "none";
    EXPECT_EQ(settings.error().code, Code::unprocessable);
    return settings.error().message;
  }

  os::ScratchDirectory scratch_ =
      *os::ScratchDirectory::make(std::filesystem::temp_directory_path());
  os::Path home_ = scratch_.path();
  std::map<std::string, std::string> variables_;
};

TEST_F(SettingsTest, AsksTheLocalHubAnonymouslyWhenNothingIsSaid) {
  const auto settings = read();
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->endpoint, "http://localhost:28080");
  EXPECT_EQ(settings->token, "");
}

TEST_F(SettingsTest, OptionBeforeVariableBeforeConfigurationBeforeLogin) {
  write(".cache/huggingface/token", "hf_login\n");
  EXPECT_EQ(read()->token, "hf_login");
  write(".kohub/config.json", R"({"endpoint":"http://config:1/","token":"hf_config"})");
  EXPECT_EQ(read()->token, "hf_config");
  EXPECT_EQ(read()->endpoint, "http://config:1");
  variables_["HF_TOKEN"] = " hf_variable\n";
  variables_["HF_ENDPOINT"] = "https://variable";
  EXPECT_EQ(read()->token, "hf_variable");
  EXPECT_EQ(read()->token_origin, "HF_TOKEN");
  EXPECT_EQ(read()->endpoint, "https://variable");
  const GivenSettings given{"http://option/hub//", "hf_option"};
  EXPECT_EQ(read(given)->token, "hf_option");
  EXPECT_EQ(read(given)->endpoint, "http://option/hub");
}

TEST_F(SettingsTest, AnEmptyVariableIsNone) {
  variables_["HF_ENDPOINT"] = "";
  variables_["HF_TOKEN"] = "";
  write(".cache/huggingface/token", "hf_login");
  EXPECT_EQ(read()->endpoint, "http://localhost:28080");
  EXPECT_EQ(read()->token, "hf_login");
}

TEST_F(SettingsTest, FindsTheTokenWhereTheLoginPutsIt) {
  write("cache/huggingface/token", "hf_cache");
  variables_["XDG_CACHE_HOME"] = home_ / "cache";
  EXPECT_EQ(read()->token, "hf_cache");
  write("hf/token", "hf_home");
  variables_["HF_HOME"] = home_ / "hf";
  EXPECT_EQ(read()->token, "hf_home");
  write("elsewhere", "hf_path");
  variables_["HF_TOKEN_PATH"] = home_ / "elsewhere";
  EXPECT_EQ(read()->token, "hf_path");
  EXPECT_EQ(read()->token_origin, (home_ / "elsewhere").string());
}

TEST_F(SettingsTest, SaysWhichEndpointIsNone) {
  for (const auto* wrong : {"localhost:28080", "ftp://host", "http://", "http://h/?a=b",
                            "http://a b", "file:///etc/passwd"}) {
    EXPECT_NE(refusal({wrong, ""}).find("--endpoint"), std::string::npos) << wrong;
  }
}

TEST_F(SettingsTest, DoesNotRepeatSecrets) {
  const auto with_password = refusal({"http://me:topsecret@host", ""});
  EXPECT_NE(with_password.find("must not hold"), std::string::npos) << with_password;
  EXPECT_EQ(with_password.find("topsecret"), std::string::npos);
  const auto with_header = refusal({"", "hf_secret\r\nX-Evil: 1"});
  EXPECT_NE(with_header.find("--token"), std::string::npos) << with_header;
  EXPECT_EQ(with_header.find("hf_secret"), std::string::npos);
}

TEST_F(SettingsTest, SaysWhichFileIsBroken) {
  write(".kohub/config.json", "{");
  EXPECT_NE(refusal().find(".kohub/config.json is not a JSON object"), std::string::npos);
  write(".kohub/config.json", R"({"token":7})");
  EXPECT_NE(refusal().find("'token' in "), std::string::npos);
}

}  // namespace
}  // namespace kohaku::cli
