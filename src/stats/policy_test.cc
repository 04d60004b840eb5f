#include "stats/policy.h"

#include <gtest/gtest.h>

#include "stats/who.h"

namespace kohaku::stats {
namespace {

bool is_download(const Event& event) { return stats::is_download(event, event.status); }
bool is_huggingface_download(const Event& event) {
  return stats::is_huggingface_download(event, event.status);
}

Event request(Door door, std::string method, int status) {
  Event event;
  event.door = door;
  event.method = std::move(method);
  event.status = status;
  event.path = "model.safetensors";
  event.files = {1};
  return event;
}

TEST(Policy, CountsWhatGaveSomebodyAFile) {
  for (const int status : {200, 206, 302}) {
    EXPECT_TRUE(is_download(request(Door::resolve, "GET", status)));
    EXPECT_TRUE(is_download(request(Door::raw, "GET", status)));
  }
  EXPECT_TRUE(is_download(request(Door::lfs_batch, "POST", 200)));
  EXPECT_TRUE(is_download(request(Door::xet_reconstruction, "GET", 206)));
  EXPECT_TRUE(is_download(request(Door::git_fetch, "SSH", 200)));
}

TEST(Policy, DoesNotCountTheRest) {
  for (const int status : {304, 307, 401, 403, 404, 412, 416, 500}) {
    EXPECT_FALSE(is_download(request(Door::resolve, "GET", status))) << status;
  }
  EXPECT_FALSE(is_download(request(Door::resolve, "HEAD", 200)));
  EXPECT_FALSE(is_download(request(Door::lfs_object, "GET", 200)));
  EXPECT_FALSE(is_download(request(Door::xet_fetch, "GET", 206)));
  EXPECT_FALSE(is_download(request(Door::metadata, "GET", 200)));
  auto preview = request(Door::resolve, "GET", 200);
  preview.preview = true;
  EXPECT_FALSE(is_download(preview));
  auto nothing = request(Door::lfs_batch, "POST", 200);
  nothing.files.clear();
  EXPECT_FALSE(is_download(nothing));
}

TEST(Policy, OfThePublicHubLooksAtAModelsQueryFiles) {
  auto event = request(Door::resolve, "HEAD", 200);
  EXPECT_FALSE(is_huggingface_download(event));
  for (const std::string path : {"config.json", "params.json", "q4/model.gguf"}) {
    event.path = path;
    EXPECT_TRUE(is_huggingface_download(event)) << path;
  }
  event.path = "sub/config.json";
  EXPECT_FALSE(is_huggingface_download(event));
  event.path = "config.json";
  event.status = 404;
  EXPECT_FALSE(is_huggingface_download(event));
}

TEST(Policy, OfThePublicHubTakesTheWordOfADatasetsClient) {
  auto event = request(Door::resolve, "HEAD", 200);
  event.type = RepoType::dataset;
  EXPECT_FALSE(is_huggingface_download(event));
  event.download_counter = true;
  EXPECT_TRUE(is_huggingface_download(event));
  event.download_counter = false;
  event.method = "GET";
  EXPECT_TRUE(is_huggingface_download(event));
  event.preview = true;
  EXPECT_FALSE(is_huggingface_download(event));
}

TEST(Policy, TellsPeopleFromCiAndRobots) {
  EXPECT_EQ(traffic_of("unknown/None; hf_hub/2.4.0; python/3.11.2"), Traffic::people);
  EXPECT_EQ(traffic_of("transformers/5.23; hf_hub/2.4.0; is_ci/true"), Traffic::ci);
  EXPECT_EQ(traffic_of("Mozilla/5.0 (compatible; Googlebot/2.1; +http://x/bot.html)"),
            Traffic::robots);
  EXPECT_EQ(traffic_of("bottle/0.13"), Traffic::people);
  EXPECT_EQ(traffic_of(""), Traffic::people);
}

TEST(Policy, NamesTheLibraryBehindARequest) {
  EXPECT_EQ(client_of("unknown/None; hf_hub/2.4.0; python/3.11.2"),
            (Client{"huggingface_hub", "2.4.0"}));
  EXPECT_EQ(client_of("transformers/5.23.0; python/3.11; hf_hub/2.4.0"),
            (Client{"transformers", "5.23.0"}));
  EXPECT_EQ(client_of("git/2.39.5"), (Client{"git", "2.39.5"}));
  EXPECT_EQ(client_of("git-lfs/3.3.0 (GitHub; linux amd64; go 1.19.8)"),
            (Client{"git-lfs", "3.3.0"}));
  EXPECT_EQ(client_of("Mozilla/5.0 (X11; Linux x86_64)"), (Client{"browser", ""}));
  EXPECT_EQ(client_of("node"), (Client{"node", ""}));
  EXPECT_EQ(client_of(""), Client{});
  EXPECT_EQ(client_of("\x01\x02"), Client{});
  EXPECT_EQ(client_of(std::string(300, 'a') + "/1").library.size(), 64U);
}

TEST(Who, OfOneProgramIsOne) {
  const WhoKey key({});
  const auto agent = "unknown/None; hf_hub/2.4.0; session_id/";
  EXPECT_EQ(key.of_client("10.0.0.1", std::string(agent) + "1"),
            key.of_client("10.0.0.1", std::string(agent) + "2"));
  EXPECT_EQ(key.of_client("10.0.0.1", "git/2.39"), key.of_client("10.0.0.1", "git-lfs/3.3"));
  EXPECT_NE(key.of_client("10.0.0.1", "curl/7.88"), key.of_client("10.0.0.1", "curl/8.0"));
  EXPECT_NE(key.of_client("10.0.0.1", "curl/7.88"), key.of_client("10.0.0.2", "curl/7.88"));
}

TEST(Who, IsTheUserWhereverTheyAre) {
  const WhoKey key({});
  Event event;
  event.user = {5};
  event.address = "10.0.0.1";
  EXPECT_EQ(key.of(event), key.of_user({5}));
  event.who = key.of_user({6});
  EXPECT_EQ(key.of(event), key.of_user({6}));
  event.who.reset();
  event.user = {};
  EXPECT_EQ(key.of(event), key.of_client("10.0.0.1", ""));
  std::array<std::byte, 32> other{};
  other[0] = std::byte{1};
  EXPECT_NE(WhoKey(other).of(event), key.of(event));
}

}  // namespace
}  // namespace kohaku::stats
