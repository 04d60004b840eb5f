#include "base/csv.h"

#include <gtest/gtest.h>

namespace kohaku {
namespace {

TEST(Csv, QuotesWhatCannotStandPlainly) {
  EXPECT_EQ(csv_field("org/plain-1.0_x"), "org/plain-1.0_x");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
}

}  // namespace
}  // namespace kohaku
