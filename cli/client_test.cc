#include "cli/client.h"

#include <gtest/gtest.h>

#include "base/version.h"
#include "cli/hub_fixture.h"

namespace kohaku::cli {
namespace {

using Answers = std::map<std::string, std::string>;

std::string redirect(const std::string& to) {
  return http_answer(307, "moved", fmt::format("Location: {}\r\n", to));
}

Error failure(Client& client, const std::string& path) {
  const auto answer = client.get(path, "model org/name");
  if (answer) return Error{.message = "it was answered"};
  return answer.error();
}

TEST(Client, AsksAsItself) {
  ScriptedHub hub(Answers{{"/base/a?b=c", http_answer(200, R"({"n":1})")}});
  Client client({hub.endpoint() + "/base", "hf_secret", "--token"});
  const auto answer = client.get("/a?b=c", "anything");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->at("n").as_int64(), 1);
  EXPECT_EQ(client.status(), 200);
  const auto request = hub.requests().at(0);
  EXPECT_NE(request.find("User-Agent: kohub-cli/" + std::string(version) + "\r\n"),
            std::string::npos);
  EXPECT_NE(request.find("Authorization: Bearer hf_secret\r\n"), std::string::npos);
  EXPECT_NE(request.find("Accept: application/json\r\n"), std::string::npos);
}

TEST(Client, IsAnonymousWithoutAToken) {
  ScriptedHub hub(Answers{{"/a", http_answer(200, "1")}});
  Client client({hub.endpoint(), "", ""});
  ASSERT_TRUE(client.get("/a", "anything"));
  EXPECT_EQ(hub.requests().at(0).find("Authorization"), std::string::npos);
}

TEST(Client, FollowsARenamedRepositoryWithItsToken) {
  ScriptedHub hub(Answers{{"/api/models/old/m/stats?x=1", redirect("/api/models/new/m/stats?x=1")},
                          {"/api/models/new/m/stats?x=1", http_answer(200, "2")}});
  Client client({hub.endpoint(), "hf_secret", "HF_TOKEN"});
  const auto answer = client.get("/api/models/old/m/stats?x=1", "anything");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, 2);
  EXPECT_NE(hub.requests().at(1).find("Bearer hf_secret"), std::string::npos);
}

TEST(Client, GivesItsTokenToNobodyElse) {
  ScriptedHub other(Answers{{"/a", http_answer(200, "3")}});
  ScriptedHub hub(Answers{{"/a", redirect(other.endpoint() + "/a")}});
  Client client({hub.endpoint(), "hf_secret", "HF_TOKEN"});
  ASSERT_TRUE(client.get("/a", "anything"));
  ASSERT_EQ(other.requests().size(), 1U);
  EXPECT_EQ(other.requests().at(0).find("hf_secret"), std::string::npos) << other.requests().at(0);
}

TEST(Client, LeavesRedirectsInACircleAndToFiles) {
  ScriptedHub hub(Answers{{"/a", redirect("/a")}, {"/b", redirect("file:///etc/passwd")}});
  Client client({hub.endpoint(), "", ""});
  EXPECT_EQ(failure(client, "/a").code, Code::bad_gateway);
  EXPECT_NE(failure(client, "/a").message.find("in a circle"), std::string::npos);
  EXPECT_EQ(failure(client, "/b").code, Code::bad_gateway);
}

TEST(Client, SaysThatNobodyListens) {
  std::string endpoint;
  {
    const ScriptedHub gone(Answers{});
    endpoint = gone.endpoint();
  }
  Client client({endpoint, "", ""});
  const auto error = failure(client, "/a");
  EXPECT_EQ(error.code, Code::bad_gateway);
  EXPECT_EQ(error.message, "No hub at " + endpoint +
                               " (Connection refused). Start it, or name another one with "
                               "--endpoint or HF_ENDPOINT.");
  EXPECT_EQ(client.status(), 0);
}

TEST(Client, TakesNoHalfAnswer) {
  ScriptedHub hub(Answers{{"/a", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"}, {"/b", ""}});
  Client client({hub.endpoint(), "", ""});
  for (const auto* path : {"/a", "/b"}) {
    const auto error = failure(client, path);
    EXPECT_EQ(error.code, Code::bad_gateway);
    EXPECT_NE(error.message.find("connection broke"), std::string::npos) << error.message;
  }
}

TEST(Client, TakesNoEndlessAnswer) {
  ScriptedHub hub(Answers{{"/a", http_answer(200, std::string(17 * 1024 * 1024, ' '))}});
  Client client({hub.endpoint(), "", ""});
  const auto error = failure(client, "/a");
  EXPECT_EQ(error.code, Code::bad_gateway);
  EXPECT_NE(error.message.find("too large"), std::string::npos) << error.message;
}

TEST(Client, DoesNotWaitForever) {
  const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(silent, 1), 0);
  ::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size);
  Client client({fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port)), "", ""}, 1);
  const auto error = failure(client, "/a");
  EXPECT_EQ(error.code, Code::bad_gateway);
  EXPECT_NE(error.message.find("in time"), std::string::npos) << error.message;
  ::close(silent);
}

TEST(Client, SaysThatSomethingElseAnswers) {
  ScriptedHub hub(Answers{{"/a", http_answer(200, "<html>")}});
  Client client({hub.endpoint(), "", ""});
  const auto error = failure(client, "/a");
  EXPECT_EQ(error.code, Code::internal);
  EXPECT_NE(error.message.find("not JSON"), std::string::npos) << error.message;
}

TEST(Client, PassesOnWhatTheHubRefuses) {
  ScriptedHub hub(Answers{{"/a", http_answer(404, "", "X-Error-Code: RepoNotFound\r\n")}});
  Client client({hub.endpoint(), "", ""});
  EXPECT_EQ(failure(client, "/a").code, Code::not_found);
  EXPECT_EQ(client.status(), 404);
}

TEST(Client, TellsHowMuchHasCome) {
  const std::string body(100'000, ' ');
  ScriptedHub hub(Answers{{"/a", http_answer(200, body + "1")}});
  Client client({hub.endpoint(), "", ""});
  std::uint64_t last = 0;
  std::uint64_t whole = 0;
  ASSERT_TRUE(client.get("/a", "anything", [&](std::uint64_t received, std::uint64_t total) {
    last = received;
    whole = total;
  }));
  EXPECT_EQ(last, body.size() + 1);
  EXPECT_EQ(whole, body.size() + 1);
}

}  // namespace
}  // namespace kohaku::cli
