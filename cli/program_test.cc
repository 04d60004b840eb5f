#include "cli/program.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cli/hub_fixture.h"
#include "cli/screen_fixture.h"
#include "os/scratch_directory.h"

namespace kohaku::cli {
namespace {

constexpr auto stats_answer = R"({"downloads":1234567,"likes":89,"more":[1]})";
constexpr auto recent_answer =
    R"({"stats":[{"date":"2025-01-15","downloads":1123,"authenticated":45,"anonymous":1078,"files":4456},)"
    R"({"date":"2025-01-16","downloads":0,"authenticated":0,"anonymous":0,"files":0}],)"
    R"("period":{"start":"2025-01-15","end":"2025-01-16","days":2}})";
constexpr auto trending_answer =
    R"({"trending":[{"id":"openai/gpt-4","type":"model","downloads":5678900,"likes":1234,)"
    R"("recent_downloads":12345,"private":false},{"id":"me/secret","type":"model","downloads":7,)"
    R"("likes":0,"recent_downloads":7,"private":true}],)"
    R"("period":{"start":"2025-01-09","end":"2025-01-15","days":7}})";
constexpr auto recent_csv = "date,downloads,authenticated,anonymous,files\r\n"
                            "2025-01-15,1123,45,1078,4456\r\n"
                            "2025-01-16,0,0,0,0\r\n";

class ProgramTest : public ::testing::Test {
 protected:
  int run(std::vector<std::string> words) {
    const Environment environment = [this](const std::string& name) -> std::optional<std::string> {
      if (name == "HF_ENDPOINT") return hub_.endpoint();
      if (name == "HOME") return home_.path().string();
      return std::nullopt;
    };
    MemoryScreen out;
    MemoryScreen err;
    const int status = run_program(std::move(words), environment, out.screen, err.screen);
    out_ = out.text();
    err_ = err.text();
    return status;
  }

  std::string read(const std::string& name) {
    std::ifstream file(home_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  ScriptedHub hub_{{
      {"/api/models/org/name/stats", http_answer(200, stats_answer)},
      {"/api/datasets/org/name/stats/recent?days=2", http_answer(200, recent_answer)},
      {"/api/datasets/org/name/stats/recent?days=30", http_answer(200, recent_answer)},
      {"/api/datasets/org/name/stats/recent?days=400",
       http_answer(400, R"({"error":"days must be from 1 to 365","detail":""})")},
      {"/api/trending?repo_type=model&days=7&limit=20", http_answer(200, trending_answer)},
      {"/api/trending?repo_type=space&days=9&limit=3",
       http_answer(200, R"({"trending":[],"period":{"start":"a","end":"b"}})")},
      {"/api/models/org/odd/stats", http_answer(200, R"({"downloads":"lots"})")},
  }};
  os::ScratchDirectory home_ = *os::ScratchDirectory::make(std::filesystem::temp_directory_path());
  std::string out_;
  std::string err_;
};

TEST_F(ProgramTest, GetsStatistics) {
  EXPECT_EQ(run({"stats", "get", "model", "org/name"}), 0) << err_;
  EXPECT_EQ(out_, "org/name (model)\n\nDownloads  Likes\n1,234,567     89\n");
  EXPECT_EQ(run({"stats", "get", "model", "org/name", "--csv"}), 0);
  EXPECT_EQ(out_, "downloads,likes\r\n1234567,89\r\n");
  const auto as_json =
      "{\n  \"downloads\": 1234567,\n  \"likes\": 89,\n  \"more\": [\n    1\n  ]\n}\n";
  EXPECT_EQ(run({"stats", "get", "model", "org/name", "--json"}), 0);
  EXPECT_EQ(out_, as_json);
  EXPECT_EQ(run({"--output", "json", "stats", "get", "model", "org/name"}), 0);
  EXPECT_EQ(out_, as_json);
}

TEST_F(ProgramTest, ShowsEachDay) {
  EXPECT_EQ(run({"stats", "recent", "dataset", "org/name", "--days", "2"}), 0) << err_;
  EXPECT_EQ(out_, "org/name (dataset), 2025-01-15 to 2025-01-16\n\n"
                  "█▁\nmost: 1,123 on 2025-01-15\n\n"
                  "Date        Downloads  Signed in  Anonymous  Files\n"
                  "2025-01-15      1,123         45      1,078  4,456\n"
                  "2025-01-16          0          0          0      0\n"
                  "Total           1,123         45      1,078  4,456\n");
  EXPECT_EQ(run({"stats", "recent", "dataset", "org/name", "--csv"}), 0);
  EXPECT_EQ(out_, recent_csv);
}

TEST_F(ProgramTest, ShowsWhatIsTrending) {
  EXPECT_EQ(run({"trending"}), 0) << err_;
  EXPECT_EQ(out_, "Trending models, 2025-01-09 to 2025-01-15\n\n"
                  "#  Repository    Recent  Downloads  Likes  Visible\n"
                  "1  openai/gpt-4  12,345  5,678,900  1,234  public\n"
                  "2  me/secret          7          7      0  private\n");
  EXPECT_EQ(run({"trending", "--csv"}), 0);
  EXPECT_EQ(out_, "id,type,downloads,likes,recent_downloads,private\r\n"
                  "openai/gpt-4,model,5678900,1234,12345,false\r\n"
                  "me/secret,model,7,0,7,true\r\n");
  EXPECT_EQ(run({"trending", "--type", "space", "--days", "9", "--limit", "3"}), 0);
  EXPECT_EQ(out_, "Trending spaces, a to b\n\nNone was downloaded.\n");
}

TEST_F(ProgramTest, ExportsAFile) {
  const auto path = (home_.path() / "stats.csv").string();
  EXPECT_EQ(run({"stats", "export", "dataset", "org/name", "--output", path}), 0) << err_;
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "Wrote 2 days, 2025-01-15 to 2025-01-16, to " + path + "\n");
  EXPECT_EQ(read("stats.csv"), recent_csv);
}

TEST_F(ProgramTest, ExportsInTheFormatThatIsMeant) {
  const auto exported = [this](std::vector<std::string> more) {
    std::vector<std::string> words{"stats", "export", "dataset", "org/name"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(run(words), 0) << err_;
    return out_;
  };
  const auto json_path = (home_.path() / "stats.json").string();
  EXPECT_EQ(exported({}), recent_csv);
  EXPECT_EQ(exported({"-o", "-"}), recent_csv);
  EXPECT_TRUE(exported({"--format", "json"}).starts_with("{\n  \"stats\": ["));
  exported({"-o", json_path});
  EXPECT_TRUE(read("stats.json").starts_with("{\n  \"stats\": ["));
  exported({"-o", json_path, "--format", "csv"});
  EXPECT_EQ(read("stats.json"), recent_csv);
}

TEST_F(ProgramTest, ExplainsTheLongestPeriodAndLeavesTheFileAlone) {
  const auto path = (home_.path() / "stats.csv").string();
  EXPECT_EQ(run({"stats", "export", "dataset", "org/name", "--days", "400", "-o", path}), 1);
  EXPECT_EQ(err_, "Invalid Request: A hub tells at most 365 days at once, not 400: days must be "
                  "from 1 to 365.\n");
  EXPECT_EQ(out_, "");
  EXPECT_FALSE(os::exists(path));
}

TEST_F(ProgramTest, RefusesWrongWords) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{}, "A command is needed"},
      {{"nosuch"}, "There is no command 'nosuch'"},
      {{"stats", "nosuch"}, "There is no command 'nosuch'"},
      {{"stats", "get", "model"}, "repository is required"},
      {{"stats", "get", "models", "org/name"}, "'models' is none of model, dataset, space"},
      {{"stats", "get", "model", "name"}, "namespace/name"},
      {{"stats", "get", "model", "../../etc/name"}, "Usage Error"},
      {{"stats", "recent", "model", "org/name", "--days", "0"}, "'0' is not a whole number from 1"},
      {{"stats", "get", "model", "org/name", "--csv", "--json"}, "excludes"},
      {{"trending", "--limit", "x"}, "'x' is not a whole number from 1"},
      {{"--output", "xml", "trending"}, "'xml' is none of text, json"},
      {{"--endpoint", "localhost", "trending"}, "is not an endpoint"}};
  for (const auto& [words, reason] : wrong) {
    EXPECT_EQ(run(words), 2) << reason;
    EXPECT_NE(err_.find(reason), std::string::npos) << err_;
    EXPECT_EQ(out_, "");
  }
  EXPECT_TRUE(hub_.requests().empty());
}

TEST_F(ProgramTest, TellsFailuresToProgramsAsJson) {
  EXPECT_EQ(run({"stats", "get", "model", "org/missing"}), 1);
  EXPECT_TRUE(err_.starts_with("Not Found: There is no model org/missing at http://")) << err_;
  EXPECT_EQ(run({"stats", "get", "model", "org/missing", "--json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_NE(err_.find("\"type\": \"NotFound\""), std::string::npos) << err_;
  EXPECT_NE(err_.find("\"status_code\": 404"), std::string::npos) << err_;
}

TEST_F(ProgramTest, SaysWhenTheAnswerIsNotAsExpected) {
  EXPECT_EQ(run({"stats", "get", "model", "org/odd"}), 1);
  EXPECT_TRUE(err_.starts_with("Server Error: ")) << err_;
  EXPECT_NE(err_.find("'downloads'"), std::string::npos) << err_;
}

TEST_F(ProgramTest, PrintsNothingThatWouldCommandATerminal) {
  hub_.answer("/api/models/org/name/stats",
              http_answer(403, "{\"error\":\"\\u001b[2Jowned\\u0007\"}"));
  EXPECT_EQ(run({"stats", "get", "model", "org/name"}), 1);
  EXPECT_EQ(err_, "Permission Denied: \\x1b[2Jowned\\x07.\n");
  hub_.answer("/api/trending?repo_type=model&days=7&limit=20",
              http_answer(200, R"({"trending":[{"id":"a/\u001b]0;x\u0007","type":"model",)"
                               R"("downloads":1,"likes":1,"recent_downloads":1,"private":false}],)"
                               R"("period":{"start":"\u001b[31m","end":"b"}})"));
  for (const auto* way : {"--output=text", "--json", "--csv"}) {
    EXPECT_EQ(run({"trending", way}), 0) << err_;
    EXPECT_EQ(out_.find('\x1b'), std::string::npos) << out_;
  }
}

TEST_F(ProgramTest, SaysWhenItsOutputIsFull) {
  std::FILE* full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  const Screen out{.file = full};
  MemoryScreen err;
  const Environment environment = [this](const std::string& name) -> std::optional<std::string> {
    return name == "HF_ENDPOINT" ? std::optional(hub_.endpoint()) : std::nullopt;
  };
  EXPECT_EQ(run_program({"stats", "get", "model", "org/name"}, environment, out, err.screen), 1);
  EXPECT_EQ(err.text(),
            "Output Error: Standard output could not be written: No space left on device.\n");
  std::fclose(full);
}

TEST_F(ProgramTest, HelpsWithoutAHub) {
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_TRUE(out_.starts_with("kohub-cli ")) << out_;
  EXPECT_EQ(run({"stats", "export", "--help"}), 0);
  EXPECT_NE(out_.find("--output"), std::string::npos);
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_NE(out_.find("HF_ENDPOINT"), std::string::npos);
}

}  // namespace
}  // namespace kohaku::cli
