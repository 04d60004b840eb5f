#include "cli/csv.h"

#include <gtest/gtest.h>

namespace kohaku::cli {
namespace {

TEST(Csv, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(csv_line({"2025-01-15", "123"}), "2025-01-15,123\r\n");
  EXPECT_EQ(csv_line({"a,b", "say \"hi\"", "two\nlines", ""}),
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n");
}

}  // namespace
}  // namespace kohaku::cli
