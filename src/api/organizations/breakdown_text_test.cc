#include "api/organizations/breakdown_text.h"

#include <gtest/gtest.h>

namespace kohaku::api {
namespace {

const hub::RepoDownloads breakdown{
    RepoType::dataset, "org/data", 1234, {{18'649, 4}, {18'650, 70'000}}};

TEST(BreakdownText, IsTheCsvOfThePublicHub) {
  std::string text(breakdown_header(BreakdownFormat::csv));
  append_rows(text, breakdown, BreakdownFormat::csv);
  EXPECT_EQ(text, "repoType,repoName,total,timestamp,downloads\n"
                  "dataset,org/data,1234,2021-01-22T00:00:00.000Z,4\n"
                  "dataset,org/data,1234,2021-01-23T00:00:00.000Z,70000\n");
}

TEST(BreakdownText, OrAnObjectALine) {
  std::string text(breakdown_header(BreakdownFormat::json));
  append_rows(text, breakdown, BreakdownFormat::json);
  EXPECT_EQ(text.substr(0, text.find('\n') + 1),
            R"({"repoType":"dataset","repoName":"org/data","total":1234,)"
            R"("timestamp":"2021-01-22T00:00:00.000Z","downloads":4})"
            "\n");
}

}  // namespace
}  // namespace kohaku::api
