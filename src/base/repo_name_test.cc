#include "base/repo_name.h"

#include <gtest/gtest.h>

namespace kohaku {
namespace {

TEST(RepoName, GoodNames) {
  for (const auto* name : {"a", "A", "7", "_", "_a_", "bert-base-uncased", "v1.5", "a.b-c_d", "git",
                           "a.gitx", "agit", "x_git"}) {
    EXPECT_TRUE(check_name(name)) << name;
  }
  EXPECT_TRUE(check_name(std::string(96, 'a')));
}

TEST(RepoName, BadNamesAreRefusedWithASentence) {
  const std::string_view with_nul("a\0b", 3);
  for (const std::string_view name : {std::string_view(""),      std::string_view("-a"),
                                      std::string_view(".a"),    std::string_view("a-"),
                                      std::string_view("a."),    std::string_view("a--b"),
                                      std::string_view("a..b"),  std::string_view("."),
                                      std::string_view(".."),    std::string_view("a.git"),
                                      std::string_view("a.GIT"), std::string_view("a.GiT"),
                                      std::string_view("a b"),   std::string_view("a/b"),
                                      std::string_view("a\\b"),  std::string_view("é"),
                                      std::string_view("a\n"),   std::string_view("a%2fb"),
                                      std::string_view("<a>"),   with_nul}) {
    const auto checked = check_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(Code::bad_request, checked.error().code);
    EXPECT_TRUE(checked.error().message.ends_with(".")) << checked.error().message;
  }
  EXPECT_FALSE(check_name(std::string(97, 'a')));
  EXPECT_LT(check_name(std::string(100'000, 'a')).error().message.size(), 300u);
  EXPECT_EQ(check_name("<script>").error().message.find('<'), std::string::npos);
}

TEST(RepoName, NamesThatLookAlikeNormalizeAlike) {
  EXPECT_EQ("my_model_v1_5", normalize_name("My-Model_v1.5"));
  EXPECT_EQ(normalize_name("a-b"), normalize_name("A.B"));
  EXPECT_NE(normalize_name("ab"), normalize_name("a_b"));
}

TEST(RepoName, SplitsOwnerAndName) {
  const auto name = parse_repo_name("Alice/my-model");
  ASSERT_TRUE(name);
  EXPECT_EQ((RepoName{"Alice", "my-model"}), *name);
  EXPECT_EQ("Alice/my-model", name->full());
  for (const auto* text :
       {"", "gpt2", "/", "a/", "/b", "a/b/c", "a//b", "a/..", "../a", "a/b.git"}) {
    const auto bad = parse_repo_name(text);
    ASSERT_FALSE(bad) << text;
    EXPECT_EQ(Code::bad_request, bad.error().code);
  }
}

TEST(RepoName, TypesHaveTheirWords) {
  for (const auto type : {RepoType::model, RepoType::dataset, RepoType::space}) {
    EXPECT_EQ(type, repo_type_from(to_string(type)));
    EXPECT_EQ(type, repo_type_from_plural(plural(type)));
    EXPECT_EQ(std::string(to_string(type)) + "s", plural(type));
  }
  EXPECT_EQ("", web_prefix(RepoType::model));
  EXPECT_EQ("datasets/", web_prefix(RepoType::dataset));
  EXPECT_EQ("spaces/", web_prefix(RepoType::space));
  EXPECT_FALSE(repo_type_from("models"));
  EXPECT_FALSE(repo_type_from_plural("model"));
  EXPECT_FALSE(repo_type_from("Model"));
}

TEST(RepoName, AccountsMustNotShadowRoutes) {
  for (const auto* name : {"api", "API", "datasets", "fallback_sources", "fallback.sources"}) {
    EXPECT_TRUE(is_reserved_account_name(name)) << name;
  }
  EXPECT_FALSE(is_reserved_account_name("alice"));
  EXPECT_FALSE(is_reserved_account_name("apis"));
}

}  // namespace
}  // namespace kohaku
