// One request after another, as a well-behaved client sends them.
#include "http/server.h"

#include <algorithm>
#include <atomic>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <prometheus/metric_family.h>

#include "http/raw_client_fixture.h"
#include "os/files.h"

namespace kohaku::http {
namespace {

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

Task<Reply> say_path(Request& request) {
  co_return json_reply(200, std::string(to_string(request.method)) + " " + request.target);
}

// Answers with the body it was sent, or the error it met.
Task<Reply> echo(Request& request) {
  Result<std::string> text = co_await read_text(*request.body, 8 << 20);
  if (!text) co_return error_reply(text.error());
  co_return json_reply(200, std::move(*text));
}

TEST(Server, AnswersOneRequestAfterAnotherOnOneConnection) {
  RunningServer server(say_path);
  RawClient client = server.connect();
  for (int i = 0; i < 50; ++i) {
    const RawReply reply = client.ask("GET /a?b=1 HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "GET /a?b=1");
    EXPECT_EQ(reply.headers.get("Server"), "KohakuHub");
    EXPECT_FALSE(reply.headers.get("Date").empty());
    EXPECT_EQ(reply.headers.get("X-Request-Id").size(), 32u);
    EXPECT_FALSE(reply.headers.has("Connection"));
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  RunningServer server(echo);
  RawClient client = server.connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) {
    const std::string body = "body " + std::to_string(i);
    requests += "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body;
  }
  std::jthread sender([&] { client.send(requests); });
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.reply().body, "body " + std::to_string(i));
}

TEST(Server, AnswersARequestThatArrivesByteByByte) {
  RunningServer server(echo);
  RawClient client = server.connect();
  for (const char c :
       std::string("\r\nPOST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: no\r\n\r\n")) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(client.reply().body, "abcde");
  EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nz").body, "z");
}

TEST(Server, TakesLargeBodiesOfBothFramings) {
  RunningServer server(echo);
  RawClient client = server.connect();
  std::string body(3'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>('a' + i % 26);
  std::jthread sender([&] {
    client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n" + body);
    std::string chunks = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 100'000) {
      chunks += "186A0\r\n" + body.substr(at, 100'000) + "\r\n";
    }
    client.send(chunks + "0\r\n\r\n");
  });
  EXPECT_TRUE(client.reply().body == body);
  EXPECT_TRUE(client.reply().body == body);
}

TEST(Server, AnswersHeadWithTheLengthAndNoBody) {
  RunningServer server(say_path);
  RawClient client = server.connect();
  const RawReply reply = client.ask("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get("Content-Length"), "9");  // "HEAD /abc"
  EXPECT_EQ(client.ask(get).body, "GET /");             // nothing was left over
}

TEST(Server, AnswersOldClientsAndThoseThatClose) {
  RunningServer server(say_path);
  EXPECT_EQ(server.connect().ask("GET / HTTP/1.0\r\n\r\n").headers.get("Connection"), "close");
  RawClient kept = server.connect();
  const std::string_view request = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
  EXPECT_EQ(kept.ask(request).headers.get("Connection"), "keep-alive");
  EXPECT_EQ(kept.ask(request).status, 200);
  RawClient closing = server.connect();
  EXPECT_EQ(closing.ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").status, 200);
  EXPECT_TRUE(closing.at_end());
}

TEST(Server, SendsContinueOnlyWhenTheBodyIsRead) {
  RunningServer server([](Request& request) -> Task<Reply> {
    if (request.path() == "/refuse") co_return error_reply({Code::forbidden, "No.", {}});
    co_return co_await echo(request);
  });
  RawClient client = server.connect();
  const std::string rest =
      " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_EQ(client.ask("PUT /take" + rest).status, 100);
  EXPECT_EQ(client.ask("abc").body, "abc");
  const RawReply refusal = client.ask("PUT /refuse" + rest);
  EXPECT_EQ(refusal.status, 403);  // and no 100 before it
  EXPECT_EQ(refusal.headers.get("Connection"), "close");
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST(Server, AnswersExceptionsWithANeutral500) {
  RunningServer server([](Request& request) -> Task<Reply> {
    if (request.path() == "/odd") throw 7;
    throw std::runtime_error("the secret cause");
    co_return Reply{};
  });
  RawClient client = server.connect();
  const RawReply reply = client.ask(get);
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body.find("secret"), std::string::npos);
  EXPECT_EQ(reply.headers.get("X-Error-Code"), "ServerError");
  EXPECT_EQ(client.ask("GET /odd HTTP/1.1\r\nHost: h\r\n\r\n").status, 500);
}

TEST(Server, EchoesSaneRequestIdsOnly) {
  RunningServer server(say_path);
  RawClient client = server.connect();
  const auto id = [&](std::string field) {
    return std::string(client.ask("GET / HTTP/1.1\r\nHost: h\r\n" + field + "\r\n\r\n")
                           .headers.get("X-Request-Id"));
  };
  EXPECT_EQ(id("x-request-id: my-id"), "my-id");
  EXPECT_EQ(id("x-request-id: my-id\r\nX-Amzn-Trace-Id: t"), "my-id");
  EXPECT_NE(id("X-Amzn-Trace-Id: trace-1").find("trace-1"), std::string::npos);
  EXPECT_EQ(id("x-request-id: two words").size(), 32u);
  EXPECT_EQ(id("x-request-id: " + std::string(201, 'a')).size(), 32u);
  EXPECT_NE(id("A: b"), id("A: b"));
}

TEST(Server, BelievesForwardedFieldsOfTrustedProxiesOnly) {
  const Handler tell = [](Request& request) -> Task<Reply> {
    co_return json_reply(200, request.peer_address + " " +
                                  std::string(request.headers.get("X-Forwarded-Proto")));
  };
  const std::string_view request =
      "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n"
      "X-Forwarded-Proto: https\r\n\r\n";
  RunningServer open(tell);
  EXPECT_EQ(open.connect().ask(request).body, "127.0.0.1 ");
  RunningServer behind(tell, {}, 1, {"127.0.0.0/8"});
  EXPECT_EQ(behind.connect().ask(request).body, "1.2.3.4 https");
}

TEST(Server, TellsOfProxiesEvenWhenItDoesNotBelieveThem) {
  const Handler tell = [](Request& request) -> Task<Reply> {
    co_return json_reply(200, request.forwarded ? "forwarded" : "direct");
  };
  RunningServer open(tell);
  RunningServer behind(tell, {}, 1, {"127.0.0.0/8"});
  for (RunningServer* server : {&open, &behind}) {
    RawClient client = server->connect();
    const auto ask = [&](std::string_view field) {
      return client.ask("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(field) + "\r\n").body;
    };
    EXPECT_EQ(ask(""), "direct");
    for (const std::string_view field :
         {"X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Host: h\r\n", "Forwarded: for=::1\r\n",
          "x-real-ip: 127.0.0.1\r\n", "Via: 1.1 proxy\r\n"}) {
      EXPECT_EQ(ask(field), "forwarded") << field;
    }
  }
}

double counted(const Server& server, std::string_view family_name, std::string_view label) {
  double sum = 0;
  for (const auto& family : server.traffic()) {
    if (family.name != family_name) continue;
    for (const auto& row : family.metric) {
      const bool fits =
          std::ranges::any_of(row.label, [&](const auto& pair) { return pair.value == label; });
      if (fits) sum += row.counter.value;
    }
  }
  return sum;
}

TEST(Server, CountsItsTraffic) {
  RunningServer server([](Request& request) -> Task<Reply> {
    request.route = "/a/{name}";
    const auto body = co_await read_text(*request.body, 100);
    co_return json_reply(200, *body);
  });
  RawClient client = server.connect();
  const std::string_view request =
      "POST /a/secret HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  client.ask(request);
  client.ask(request);  // when it is answered, the first one was counted
  EXPECT_GE(counted(server.server(), "kohakuhub_http_requests_total", "/a/{name}"), 1);
  EXPECT_EQ(counted(server.server(), "kohakuhub_http_requests_total", "/a/secret"), 0);
  const auto received = counted(server.server(), "kohakuhub_http_request_bytes_total", "/a/{name}");
  EXPECT_TRUE(received == 5 || received == 10) << received;
  EXPECT_GT(counted(server.server(), "kohakuhub_http_response_bytes_total", "/a/{name}"), 100);
  RawClient broken = server.connect();
  EXPECT_EQ(broken.ask("nonsense\r\n\r\n").status, 400);
  EXPECT_TRUE(broken.at_end());
  EXPECT_EQ(counted(server.server(), "kohakuhub_http_requests_total", "OTHER"), 1);
}

TEST(Server, KnowsItsConnectionsAndRequests) {
  Server* own = nullptr;
  RunningServer server([&own](Request&) -> Task<Reply> {
    co_return json_reply(200, std::to_string(own->requests_in_flight()) + " of " +
                                  std::to_string(own->connections()));
  });
  own = &server.server();
  RawClient idle = server.connect();
  EXPECT_EQ(idle.ask(get).body, "1 of 1");
  EXPECT_EQ(server.connect().ask(get).body, "1 of 2");
}

TEST(Server, RunsBackgroundJobsAndCancelsThemAtTheEnd) {
  std::atomic<bool> ran = false;
  std::atomic<bool> unwound = false;
  RunningServer server(say_path);
  struct AtEnd {
    std::atomic<bool>& flag;
    ~AtEnd() { flag = true; }
  };
  server.server().spawn([&]() -> Task<void> {
    const AtEnd at_end{unwound};
    ran = true;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                    std::chrono::hours(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
  });
  server.server().spawn([]() -> Task<void> {
    throw std::runtime_error("logged");
    co_return;
  });
  while (!ran) std::this_thread::yield();
  EXPECT_EQ(server.connect().ask(get).status, 200);
  server.stop();
  EXPECT_TRUE(unwound);
}

}  // namespace
}  // namespace kohaku::http
