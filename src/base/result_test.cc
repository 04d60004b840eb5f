#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace kohaku {
namespace {

Result<int> positive(int number) {
  if (number <= 0)
    return fail(Code::bad_request, "Not positive.", "it was " + std::to_string(number));
  return number;
}

Result<> require_positive(int number) {
  TRY(positive(number));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
  return std::make_unique<int>(TRY(positive(number)));
}

Result<std::string> sum(int a, int b, int& reached) {
  const int first = TRY(positive(a));
  reached = 1;
  auto second = TRY(boxed(b));
  reached = 2;
  TRY(require_positive(*second));
  return std::to_string(first + *second);
}

TEST(Result, TryYieldsOrReturns) {
  int reached = 0;
  EXPECT_EQ("5", sum(2, 3, reached));
  EXPECT_EQ(2, reached);

  reached = 0;
  const auto failed = sum(0, 3, reached);
  ASSERT_FALSE(failed);
  EXPECT_EQ(Code::bad_request, failed.error().code);
  EXPECT_EQ("Not positive.", failed.error().message);
  EXPECT_EQ("it was 0", failed.error().detail);
  EXPECT_EQ(0, reached);

  EXPECT_FALSE(sum(1, -1, reached));
  EXPECT_EQ(1, reached);
}

TEST(Result, TryEvaluatesOnce) {
  int calls = 0;
  const auto count = [&]() -> Result<int> { return ++calls; };
  const auto use = [&]() -> Result<int> { return TRY(count()) + TRY(count()); };
  EXPECT_EQ(3, use());
  EXPECT_EQ(2, calls);
}

TEST(Result, TryLeavesALvalueAloneUntilItIsUsed) {
  const Result<std::string> kept = "text";
  const auto use = [&]() -> Result<std::size_t> { return TRY(kept).size(); };
  EXPECT_EQ(4u, use());
  EXPECT_EQ("text", *kept);
}

TEST(Error, InternalErrorsTellTheClientNothing) {
  const auto error = internal_error("secret path");
  EXPECT_EQ(Code::internal, error.code);
  EXPECT_EQ("secret path", error.detail);
  EXPECT_FALSE(error.message.empty());
  EXPECT_EQ(error.message.find("secret"), std::string::npos);
}

TEST(Error, EveryCodeHasItsStatus) {
  for (int value = 0; value <= static_cast<int>(Code::insufficient_storage); ++value) {
    const auto entry = code_entry(static_cast<Code>(value));
    EXPECT_GE(entry.status, 400);
    EXPECT_LT(entry.status, 600);
    EXPECT_FALSE(entry.error_code.empty());
    if (static_cast<Code>(value) != Code::internal) EXPECT_NE(500, entry.status) << value;
  }
  EXPECT_EQ(404, code_entry(Code::repo_not_found).status);
  EXPECT_EQ("RepoNotFound", code_entry(Code::repo_not_found).error_code);
  EXPECT_EQ(401, code_entry(Code::gated_repo_anonymous).status);
  EXPECT_EQ("GatedRepo", code_entry(Code::gated_repo_anonymous).error_code);
  EXPECT_EQ(507, code_entry(Code::insufficient_storage).status);
}

}  // namespace
}  // namespace kohaku
