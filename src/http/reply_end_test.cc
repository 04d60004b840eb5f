// When Reply::before_end is called, and with what: for every kind of body, whole and broken.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "http/raw_client_fixture.h"
#include "os/files.h"

namespace kohaku::http {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t long_file = (3 << 20) + 5;

FileBody file_of(std::uint64_t size) {
  auto file = os::create_unnamed(std::filesystem::temp_directory_path());
  EXPECT_TRUE(file && file->truncate(size));
  return {.file = std::make_shared<const os::File>(std::move(*file)), .length = size};
}

// Pieces of 1,000 bytes.
StreamBody stream_of(int pieces, bool tells_length) {
  StreamBody body;
  if (tells_length) body.length = pieces * 1000;
  body.write = [pieces](BodyWriter& writer) -> Task<Result<>> {
    const std::string piece(1000, 's');
    for (int i = 0; i < pieces; ++i) CO_TRY(co_await writer.write(as_bytes(piece)));
    co_return Result<>();
  };
  return body;
}

StreamBody failing_stream(int pieces_before) {
  auto body = stream_of(pieces_before, false);
  body.write = [begin = std::move(body.write)](BodyWriter& writer) -> Task<Result<>> {
    CO_TRY(co_await begin(writer));
    co_return fail(Code::not_found, "Gone meanwhile.");
  };
  return body;
}

Body body_for(std::string_view path) {
  if (path == "/text") return std::string("hello");
  if (path == "/empty-file") return file_of(0);
  if (path == "/file") return file_of(1000);
  if (path == "/long-file") return file_of(long_file);
  if (path == "/chunked") return stream_of(2000, false);
  if (path == "/stream") return stream_of(2000, true);
  if (path == "/empty-chunked") return stream_of(0, false);
  if (path == "/empty-stream") return stream_of(0, true);
  if (path == "/fails-at-once") return failing_stream(0);
  if (path == "/fails-later") return failing_stream(3);
  if (path == "/ends-early") {
    auto body = stream_of(3, true);
    body.length = 4000;
    return body;
  }
  if (path == "/too-long") {
    auto body = stream_of(3, true);
    body.length = 2500;
    return body;
  }
  if (path == "/damaged") {
    auto body = file_of(long_file);
    body.verify = [](std::uint64_t offset, std::uint64_t) -> Result<> {
      if (offset < 2 << 20) return {};
      return fail_internal("a block does not match");
    };
    return body;
  }
  return NoBody{};
}

// Takes its time before it remembers what it was told: a client that had the whole answer by then would
// find nothing.
class Endings {
 public:
  RunningServer serve() {
    return RunningServer([this](Request& request) -> Task<Reply> {
      Reply reply;
      reply.status = request.path() == "/304" ? 304 : request.path() == "/404" ? 404 : 200;
      reply.body = body_for(request.path());
      reply.before_end = [this](const Ending& ending) {
        std::this_thread::sleep_for(30ms);
        const std::lock_guard lock(mutex_);
        told_.push_back(ending);
      };
      co_return reply;
    });
  }

  std::vector<Ending> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(told_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Ending> told_;
};

struct Case {
  std::string request;
  int status;
  std::uint64_t bytes;
};

TEST(ReplyEnd, IsToldOnceBeforeTheClientHasTheWholeAnswer) {
  Endings endings;
  RunningServer server = endings.serve();
  RawClient client = server.connect();
  for (const auto& [request, status, bytes] : std::vector<Case>{{"GET /text", 200, 5},
                                                                {"HEAD /text", 200, 0},
                                                                {"GET /304", 304, 0},
                                                                {"GET /404", 404, 0},
                                                                {"GET /empty-file", 200, 0},
                                                                {"GET /file", 200, 1000},
                                                                {"HEAD /file", 200, 0},
                                                                {"GET /long-file", 200, long_file},
                                                                {"GET /chunked", 200, 2'000'000},
                                                                {"HEAD /chunked", 200, 0},
                                                                {"GET /stream", 200, 2'000'000},
                                                                {"GET /empty-chunked", 200, 0},
                                                                {"GET /empty-stream", 200, 0}}) {
    SCOPED_TRACE(request);
    client.send(request + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto reply = client.reply(request.starts_with("HEAD"));
    const auto told = endings.take();
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body.size(), bytes);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].status, status);
    EXPECT_EQ(told[0].body_bytes, bytes);
    EXPECT_LT(told[0].duration_micros, 10'000'000);
  }
}

TEST(ReplyEnd, OfAStreamThatTheConnectionEndsIsToldBeforeThat) {
  Endings endings;
  RunningServer server = endings.serve();
  const auto reply = server.connect().ask("GET /chunked HTTP/1.0\r\n\r\n");
  const auto told = endings.take();
  EXPECT_EQ(reply.body.size(), 2'000'000u);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].body_bytes, 2'000'000u);
}

TEST(ReplyEnd, IsThatOfTheErrorWhenAStreamFailsBeforeItsFirstByte) {
  Endings endings;
  RunningServer server = endings.serve();
  const auto reply = server.connect().ask("GET /fails-at-once HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto told = endings.take();
  EXPECT_EQ(reply.status, 404);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].status, 404);
  EXPECT_EQ(told[0].body_bytes, reply.body.size());
}

TEST(ReplyEnd, OfABrokenAnswerTellsWhatWasSent) {
  Endings endings;
  RunningServer server = endings.serve();
  for (const auto& [request, status, bytes] :
       std::vector<Case>{{"GET /fails-later", 200, 3000},
                         {"GET /ends-early", 200, 3000},
                         {"GET /too-long", 200, 2000},
                         {"GET /damaged", 200, std::uint64_t{2} << 20}}) {
    SCOPED_TRACE(request);
    EXPECT_EQ(server.connect().ask(request + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 0);
    const auto told = endings.take();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].status, status);
    EXPECT_EQ(told[0].body_bytes, bytes);
  }
}

TEST(ReplyEnd, IsToldWhenTheClientGoesAway) {
  std::atomic<std::uint64_t> sent = 0;
  std::atomic<int> times = 0;
  RunningServer server([&](Request&) -> Task<Reply> {
    Reply reply;
    reply.body = file_of(64 << 20);
    reply.before_end = [&](const Ending& ending) {
      sent = ending.body_bytes;
      ++times;
    };
    co_return reply;
  });
  {
    RawClient client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_FALSE(client.at_end());
  }
  for (int i = 0; times == 0 && i < 500; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(server.stop());
  EXPECT_EQ(times, 1);
  EXPECT_LT(sent, 64u << 20);
}

}  // namespace
}  // namespace kohaku::http
