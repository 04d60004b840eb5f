// Clients that send too much, too slowly, or what two servers might read differently.
#include <chrono>
#include <fstream>

#include "http/raw_client_fixture.h"

namespace kohaku::http {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

Task<Reply> ok(Request&) { co_return json_reply(200, "ok"); }

Task<Reply> read_all(Request& request) {
  const Result<std::string> text = co_await read_text(*request.body, 1000);
  if (!text) co_return error_reply(text.error());
  co_return json_reply(200, std::to_string(text->size()));
}

// A refusal of the server itself: the contract's JSON, and the end of the connection.
void expect_refusal(RawClient& client, std::string_view request, int status) {
  SCOPED_TRACE(request.substr(0, 120));
  const RawReply reply = client.ask(request);
  EXPECT_EQ(reply.status, status);
  EXPECT_EQ(reply.headers.get("Connection"), "close");
  EXPECT_EQ(reply.headers.get("Content-Type"), "application/json");
  EXPECT_FALSE(reply.headers.get("X-Error-Code").empty());
  EXPECT_FALSE(reply.headers.get("X-Request-Id").empty());
  EXPECT_TRUE(reply.body.starts_with("{\"error\":\""));
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST(ServerLimits, RefusesLongTargetsAndHeaders) {
  RunningServer server(ok);
  const auto refused = [&](const std::string& request, int status) {
    RawClient client = server.connect();
    expect_refusal(client, request, status);
  };
  refused("GET /" + std::string(8192, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
  refused("GET /" + std::string(9000, 'a'), 414);  // before the line has ended
  refused("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(33'000, 'b') + "\r\n\r\n", 431);
  refused("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(33'000, 'b'), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 200; ++i) many += "A: b\r\n";
  refused(many + "\r\n", 431);
  RawClient client = server.connect();
  EXPECT_EQ(client
                .ask("GET /" + std::string(8000, 'a') +
                     " HTTP/1.1\r\nHost: h\r\nB: " + std::string(20'000, 'b') + "\r\n\r\n")
                .status,
            200);
}

TEST(ServerLimits, RefusesWhatIsMalformed) {
  RunningServer server(ok);
  const std::string host = "Host: h\r\n";
  for (const std::string& request : {
           std::string("GET / HTTP/1.1\r\n\r\n"),               // no host
           "GET / HTTP/1.1\r\n" + host + "Host: i\r\n\r\n",     // two
           "GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n",  // obsolete folding
           "GET / HTTP/1.1\n" + host + "\r\n",                  // bare LF
           "GET / HTTP/1.1\r\n" + host + "A : b\r\n\r\n",       // space before the colon
           "GET / HTTP/1.1\r\n" + host + "no colon\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + std::string("A: \0b\r\n\r\n", 9),  // NUL
           "GET / HTTP/2.0\r\n" + host + "\r\n", "GET  / HTTP/1.1\r\n" + host + "\r\n",
           "GET /\x01 HTTP/1.1\r\n" + host + "\r\n", "GET nowhere HTTP/1.1\r\n" + host + "\r\n",
           "GET / HTTP/1.1\r\n" + host + "Expect: miracles\r\n\r\n",
           std::string("\x16\x03\x01\x02\r\n\r\n"),  // TLS
       }) {
    RawClient client = server.connect();
    expect_refusal(client, request, 400);
  }
}

TEST(ServerLimits, RefusesRequestSmuggling) {
  std::atomic<int> handled = 0;
  RunningServer server([&](Request&) -> Task<Reply> {
    ++handled;
    co_return json_reply(200, "ok");
  });
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
  for (const char* fields : {
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nContent-Length: 6\r\n",
           "Content-Length: 5\r\nContent-Length: 5\r\n",
           "Content-Length: 5, 5\r\n",
           "Content-Length: +5\r\n",
           "Content-Length: -1\r\n",
           "Content-Length: 0x5\r\n",
           "Content-Length: 99999999999999999999\r\n",
           "Content-Length:\r\n",
           "Transfer-Encoding: gzip\r\n",
           "Transfer-Encoding: gzip, chunked\r\n",
           "Transfer-Encoding: chunked, identity\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding : chunked\r\n",
           "Transfer-Encoding:\x0b"
           "chunked\r\n",
       }) {
    RawClient client = server.connect();
    expect_refusal(client, start + fields + "\r\n0\r\n\r\n", 400);
  }
  RawClient old = server.connect();
  expect_refusal(old, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
  EXPECT_EQ(handled, 0);
}

TEST(ServerLimits, RefusesMalformedChunks) {
  RunningServer server(read_all);
  for (const char* body : {"x\r\n", "5\nabcde\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "-1\r\n",
                           "11111111111111111\r\n", "\r\n", "1 \n"}) {
    SCOPED_TRACE(body);
    RawClient client = server.connect();
    const RawReply reply = client.ask(
        std::string("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") + body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.headers.get("Connection"), "close");
  }
}

TEST(ServerLimits, RefusesBodiesBeyondTheHandlersLimit) {
  RunningServer server(read_all);
  RawClient declared = server.connect();
  EXPECT_EQ(declared.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n").status, 413);
  RawClient chunked = server.connect();
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(chunked.ask(start + "3E9\r\n" + std::string(1001, 'x')).status, 413);
  RawClient within = server.connect();
  EXPECT_EQ(within.ask(start + "3E8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n").body, "1000");
}

TEST(ServerLimits, AnEarlyRefusalReachesAClientThatIsStillSending) {
  RunningServer server(read_all);
  RawClient client = server.connect();
  client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 40000000\r\n\r\n");
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 38; ++i) ASSERT_TRUE(client.send(piece)) << "reset after " << i << " MiB";
  const RawReply reply = client.reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.headers.get("X-Error-Code"), "PayloadTooLarge");
  EXPECT_EQ(reply.headers.get("Connection"), "close");
}

TEST(ServerLimits, AShortUnreadBodyDoesNotCostTheConnection) {
  RunningServer server(ok);
  RawClient client = server.connect();
  const std::string body(200'000, 'x');
  EXPECT_EQ(client.ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + body).status,
            200);
  EXPECT_EQ(client
                .ask("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nab\r\n0\r\n\r\n")
                .status,
            200);
  EXPECT_EQ(client.ask(get).status, 200);
}

TEST(ServerLimits, ClosesUnfinishedHeadersStalledBodiesAndIdleConnections) {
  RunningServer server(read_all, {.header_seconds = 1, .idle_seconds = 1, .stall_seconds = 1});
  const auto start = steady_clock::now();
  RawClient idle = server.connect();
  RawClient slow = server.connect();
  slow.send("GET / HTTP/1.1\r\nHos");
  RawClient stalled = server.connect();
  stalled.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  RawClient trickling = server.connect();
  std::jthread trickle([&](const std::stop_token& stop) {
    trickling.send("GET / HTTP/1.1\r\nA: ");
    for (int i = 0; i < 100 && !stop.stop_requested(); ++i) {
      if (!trickling.send("x")) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  EXPECT_TRUE(idle.at_end());
  EXPECT_EQ(slow.reply().status, 408);
  EXPECT_EQ(stalled.reply().status, 408);
  EXPECT_EQ(trickling.reply().status, 408);
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(4));
}

TEST(ServerLimits, GivesUpOnAPeerThatTakesNothing) {
  std::atomic<int> over = 0;
  RunningServer server(
      [&](Request&) -> Task<Reply> {
        StreamBody body;
        body.write = [](BodyWriter& writer) -> Task<Result<>> {
          const std::string piece(1 << 20, 'x');
          for (int i = 0; i < 64; ++i) CO_TRY(co_await writer.write(as_bytes(piece)));
          co_return Result<>();
        };
        Reply reply;
        reply.body = std::move(body);
        reply.before_end = [&](const Ending& ending) {
          EXPECT_LT(ending.body_bytes, 64u << 20);
          ++over;
        };
        co_return reply;
      },
      {.stall_seconds = 1});
  RawClient client = server.connect();
  client.send(get);
  const auto start = steady_clock::now();
  while (over == 0 && steady_clock::now() - start < std::chrono::seconds(5)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(over, 1);
}

TEST(ServerLimits, TurnsAwayMoreConnectionsThanAllowed) {
  RunningServer server(ok, {.most_connections = 3});
  std::vector<RawClient> kept;
  for (int i = 0; i < 3; ++i) {
    kept.push_back(server.connect());
    ASSERT_EQ(kept.back().ask(get).status, 200);
  }
  EXPECT_EQ(server.connect().reply().status, 503);
  EXPECT_EQ(kept.front().ask(get).status, 200);
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoul(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

TEST(ServerLimits, IdleConnectionsCostLittleMemory) {
  RunningServer server(ok);
  ASSERT_EQ(server.connect().ask(get).status, 200);
  const std::size_t before = resident_kib();
  constexpr int count = 2000;
  std::vector<RawClient> clients;
  clients.reserve(count);
  for (int i = 0; i < count; ++i) {
    clients.push_back(server.connect());
    ASSERT_TRUE(clients.back().connected());
    ASSERT_EQ(clients.back().ask(get).status, 200);
  }
  const std::size_t each = (resident_kib() - before) * 1024 / count;
  RecordProperty("bytes_per_idle_connection", static_cast<int>(each));
  // 100 MB for 10,000; sanitizers pad every allocation, so they are not held to it.
#if !defined(__has_feature) || \
    !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
  EXPECT_LT(each, 10'000u);
#endif
}

}  // namespace
}  // namespace kohaku::http
