// The end: what is under way is answered, what is idle is closed, patience is bounded.
#include <atomic>
#include <chrono>
#include <csignal>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/raw_client_fixture.h"

namespace kohaku::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

Task<void> sleep(milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

struct SlowHandler {
  std::atomic<int>& begun;
  milliseconds time;
  Task<Reply> operator()(Request& request) const {
    if (request.path() == "/quick") co_return json_reply(200, "quick");
    ++begun;
    co_await sleep(time);
    co_return json_reply(200, "slow");
  }
};

void wait_for(const std::atomic<int>& count, int wanted) {
  const auto start = steady_clock::now();
  while (count < wanted && steady_clock::now() - start < seconds(5)) std::this_thread::yield();
  ASSERT_EQ(count, wanted);
}

TEST(ServerStop, AnswersWhatIsUnderWayAndClosesTheRest) {
  std::atomic<int> begun = 0;
  RunningServer server(SlowHandler{begun, milliseconds(300)});
  std::vector<RawClient> busy;
  for (int i = 0; i < 10; ++i) {
    busy.push_back(server.connect());
    busy.back().send(get);
  }
  RawClient idle = server.connect();
  EXPECT_EQ(idle.ask("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  wait_for(begun, 10);
  std::jthread stopper([&] { EXPECT_TRUE(server.stop()); });
  EXPECT_TRUE(idle.at_end());
  for (RawClient& client : busy) {
    const RawReply reply = client.reply();
    EXPECT_EQ(reply.body, "slow");
    EXPECT_EQ(reply.headers.get("Connection"), "close");
  }
}

TEST(ServerStop, AsksAConnectionThatHasJustComeForItsRequest) {
  std::atomic<int> begun = 0;
  RunningServer server(SlowHandler{begun, milliseconds(300)});
  RawClient busy = server.connect();
  busy.send(get);
  wait_for(begun, 1);
  RawClient fresh = server.connect();
  std::jthread stopper([&] { server.stop(); });
  std::this_thread::sleep_for(milliseconds(100));
  const RawReply reply = fresh.ask("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(reply.body, "quick");
  EXPECT_EQ(reply.headers.get("Connection"), "close");
}

TEST(ServerStop, DoesNotWaitForeverForAHandler) {
  std::atomic<int> begun = 0;
  RunningServer server(SlowHandler{begun, seconds(3600)}, {.drain_seconds = 1});
  RawClient client = server.connect();
  client.send(get);
  wait_for(begun, 1);
  const auto start = steady_clock::now();
  EXPECT_FALSE(server.stop());
  const auto took = steady_clock::now() - start;
  EXPECT_GT(took, milliseconds(900));
  EXPECT_LT(took, seconds(5));
}

TEST(ServerStop, DrainsAtTheFirstSignalAndEndsAtTheSecond) {
  std::atomic<int> begun = 0;
  RunningServer server(SlowHandler{begun, seconds(3600)});
  RawClient client = server.connect();
  client.send(get);
  wait_for(begun, 1);
  const auto start = steady_clock::now();
  std::raise(SIGTERM);
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_FALSE(server.connect().connected());  // nothing new
  std::raise(SIGTERM);
  server.stop();
  EXPECT_LT(steady_clock::now() - start, seconds(5));
}

TEST(ServerStop, StopsBeforeItRuns) {
  os::SystemClock clock;
  auto server = Server::bind({.address = "127.0.0.1", .port = 0}, clock);
  ASSERT_TRUE(server);
  (*server)->stop();
  (*server)->run([](Request&) -> Task<Reply> { co_return Reply{}; });
}

TEST(ServerStop, SaysWhenThePortIsTaken) {
  os::SystemClock clock;
  auto first = Server::bind({.address = "127.0.0.1", .port = 0}, clock);
  ASSERT_TRUE(first);
  auto second = Server::bind({.address = "127.0.0.1", .port = (*first)->port()}, clock);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("Cannot listen"), std::string::npos);
}

TEST(ServerStop, UnderLoadEveryRequestThatBeganIsAnswered) {
  std::atomic<int> begun = 0;
  std::atomic<int> answered = 0;
  RunningServer server(SlowHandler{begun, milliseconds(1)});
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      while (true) {
        RawClient client = server.connect();
        if (!client.connected() || !client.send(get) || client.reply().status != 200) return;
        ++answered;
      }
    });
  }
  std::this_thread::sleep_for(milliseconds(200));
  server.stop();
  clients.clear();
  EXPECT_GT(answered, 20);
  EXPECT_EQ(answered, begun);
}

}  // namespace
}  // namespace kohaku::http
