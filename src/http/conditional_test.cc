#include "http/conditional.h"

#include <gtest/gtest.h>

namespace kohaku::http {
namespace {

Headers with(std::string_view name, std::string value) {
  Headers headers;
  headers.add(name, std::move(value));
  return headers;
}

TEST(Conditional, KnowsWhatTheClientHas) {
  EXPECT_FALSE(not_modified(Headers(), "\"a\""));
  EXPECT_TRUE(not_modified(with("if-none-match", "\"a\""), "\"a\""));
  EXPECT_FALSE(not_modified(with("If-None-Match", "\"b\""), "\"a\""));
  EXPECT_TRUE(not_modified(with("If-None-Match", "\"b\", W/\"a\""), "\"a\""));
  EXPECT_TRUE(not_modified(with("If-None-Match", "\"a\""), "W/\"a\""));
  EXPECT_TRUE(not_modified(with("If-None-Match", " * "), "\"a\""));
  EXPECT_TRUE(not_modified(with("If-None-Match", "\"x,y\",\"a\""), "\"a\""));
  EXPECT_FALSE(not_modified(with("If-None-Match", "\"x,a\""), "\"a\""));
  EXPECT_FALSE(not_modified(with("If-None-Match", ",,\"unclosed"), "\"a\""));
  Headers two = with("If-None-Match", "\"b\"");
  two.add("If-None-Match", "\"a\"");
  EXPECT_TRUE(not_modified(two, "\"a\""));
}

TEST(Conditional, ComparesStronglyForIfMatch) {
  EXPECT_FALSE(precondition_failed(Headers(), "\"a\""));
  EXPECT_FALSE(precondition_failed(with("If-Match", "\"b\", \"a\""), "\"a\""));
  EXPECT_TRUE(precondition_failed(with("If-Match", "\"b\""), "\"a\""));
  EXPECT_TRUE(precondition_failed(with("If-Match", "W/\"a\""), "\"a\""));
  EXPECT_TRUE(precondition_failed(with("If-Match", "W/\"a\""), "W/\"a\""));
  EXPECT_FALSE(precondition_failed(with("If-Match", "*"), "\"a\""));
}

TEST(Conditional, HonoursARangeOfThisVersionOnly) {
  EXPECT_TRUE(range_applies(Headers(), "\"a\""));
  EXPECT_TRUE(range_applies(with("If-Range", "\"a\""), "\"a\""));
  EXPECT_FALSE(range_applies(with("If-Range", "\"b\""), "\"a\""));
  EXPECT_FALSE(range_applies(with("If-Range", "W/\"a\""), "W/\"a\""));
  EXPECT_FALSE(range_applies(with("If-Range", "Wed, 15 Jan 2025 12:00:00 GMT"), "\"a\""));
}

}  // namespace
}  // namespace kohaku::http
