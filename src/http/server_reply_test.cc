// Every kind of reply on the wire, and how it ends when it cannot be finished.
#include <cstdlib>
#include <filesystem>

#include "http/range.h"
#include "http/raw_client_fixture.h"
#include "os/files.h"

namespace kohaku::http {
namespace {

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view head = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 31 + i / 4096) & 0xff);
  return text;
}

std::shared_ptr<const os::File> file_of(const std::string& content) {
  auto file = os::create_unnamed(std::filesystem::temp_directory_path());
  EXPECT_TRUE(file && file->write_at(0, as_bytes(content)));
  return std::make_shared<const os::File>(std::move(*file));
}

Reply file_reply(FileBody body) {
  Reply reply;
  reply.body = std::move(body);
  return reply;
}

TEST(ServerReply, SendsFilesWholeAndInRanges) {
  const std::string content = pattern(5'000'000);
  const auto file = file_of(content);
  RunningServer server([&](Request& request) -> Task<Reply> {
    const auto range = parse_range(request.headers.get("Range"), content.size());
    if (!range) co_return error_reply(range.error());
    const ByteRange part = range->value_or(ByteRange{0, content.size()});
    Reply reply = file_reply({.file = file, .offset = part.offset, .length = part.length});
    reply.status = *range ? 206 : 200;
    co_return reply;
  });
  RawClient client = server.connect();
  EXPECT_TRUE(client.ask(get).body == content);
  EXPECT_EQ(client.ask(head).headers.get("Content-Length"), "5000000");
  const auto part = [&](std::string range) {
    return client.ask("GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=" + range + "\r\n\r\n");
  };
  EXPECT_EQ(part("0-0").body, content.substr(0, 1));
  EXPECT_TRUE(part("1000001-3999999").body == content.substr(1'000'001, 2'999'999));
  EXPECT_EQ(part("-5").body, content.substr(content.size() - 5));
  EXPECT_EQ(part("5000000-").status, 416);
}

TEST(ServerReply, BreaksOffAFileThatFailsItsCheck) {
  const std::string content = pattern(3 << 20);
  const auto file = file_of(content);
  RunningServer server([&](Request&) -> Task<Reply> {
    FileBody body{.file = file, .length = content.size()};
    body.verify = [](std::uint64_t offset, std::uint64_t length) -> Result<> {
      if (offset + length > (1 << 20)) return fail_internal("a block does not match");
      return {};
    };
    co_return file_reply(std::move(body));
  });
  RawClient client = server.connect();
  client.send(get);
  const std::string all = client.rest();
  const std::string body = all.substr(all.find("\r\n\r\n") + 4);
  EXPECT_LE(body.size(), 1u << 20);
  EXPECT_TRUE(content.starts_with(body));
}

TEST(ServerReply, BreaksOffAFileThatEndsEarly) {
  const auto file = file_of("short");
  RunningServer server(
      [&](Request&) -> Task<Reply> { co_return file_reply({.file = file, .length = 6}); });
  EXPECT_EQ(server.connect().ask(get).status, 0);
}

TEST(ServerReply, StreamsWithAndWithoutALength) {
  RunningServer server([](Request& request) -> Task<Reply> {
    StreamBody body;
    if (request.path() == "/known") body.length = 2'000'000;
    body.write = [](BodyWriter& writer) -> Task<Result<>> {
      const std::string piece(1000, 's');
      for (int i = 0; i < 2000; ++i) CO_TRY(co_await writer.write(as_bytes(piece)));
      co_return Result<>();
    };
    Reply reply;
    reply.body = std::move(body);
    co_return reply;
  });
  RawClient client = server.connect();
  const RawReply chunked = client.ask(get);
  EXPECT_EQ(chunked.headers.get("Transfer-Encoding"), "chunked");
  EXPECT_TRUE(chunked.body == std::string(2'000'000, 's'));
  const RawReply known = client.ask("GET /known HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(known.headers.get("Content-Length"), "2000000");
  EXPECT_TRUE(known.body == chunked.body);
  EXPECT_EQ(client.ask("HEAD /known HTTP/1.1\r\nHost: h\r\n\r\n").headers.get("Content-Length"),
            "2000000");
  RawClient old = server.connect();
  const RawReply closing = old.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_FALSE(closing.headers.has("Transfer-Encoding"));
  EXPECT_EQ(closing.headers.get("Connection"), "close");
  EXPECT_TRUE(closing.body == chunked.body);
}

TEST(ServerReply, AStreamThatFailsIsNeverWhole) {
  RunningServer server([](Request& request) -> Task<Reply> {
    StreamBody body;
    if (request.path() == "/short" || request.path() == "/long") body.length = 5;
    body.write = [path = std::string(request.path())](BodyWriter& writer) -> Task<Result<>> {
      if (path == "/before") co_return fail(Code::not_found, "Gone meanwhile.");
      CO_TRY(co_await writer.write(as_bytes("abc")));
      if (path == "/short") co_return Result<>();
      if (path == "/long") co_return co_await writer.write(as_bytes("def"));
      if (path == "/throw") throw std::runtime_error("in a stream");
      co_return fail_internal("in a stream");
    };
    Reply reply;
    reply.body = std::move(body);
    co_return reply;
  });
  for (const std::string path : {"/short", "/long", "/throw", "/after"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(server.connect().ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 0);
  }
  // Before its first byte the client can still be told, and the connection stays.
  RawClient client = server.connect();
  for (int i = 0; i < 2; ++i) {
    const RawReply reply = client.ask("GET /before HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.headers.get("X-Error-Message"), "Gone meanwhile.");
  }
}

TEST(ServerReply, SaysNoLengthWhereThereMayBeNone) {
  RunningServer server([](Request& request) -> Task<Reply> {
    Reply reply;
    reply.status = request.path() == "/204" ? 204 : request.path() == "/304" ? 304 : 200;
    reply.body = NoBody{};
    if (request.path() == "/told") reply.body = NoBody{123};
    co_return reply;
  });
  RawClient client = server.connect();
  const auto length = [&](const std::string& request) {
    const RawReply reply = client.ask(request + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return reply.headers.has("Content-Length") ? std::string(reply.headers.get("Content-Length"))
                                               : "none";
  };
  EXPECT_EQ(length("GET /"), "0");
  EXPECT_EQ(length("GET /204"), "none");
  EXPECT_EQ(length("GET /304"), "none");
  EXPECT_EQ(length("HEAD /told"), "123");
  EXPECT_EQ(length("GET /told"), "0");  // a length without the bytes would hang the client
}

TEST(ServerReply, HandlersCannotSplitTheAnswer) {
  RunningServer server([](Request&) -> Task<Reply> {
    Reply reply = error_reply({Code::bad_request, "a\r\nSet-Cookie: x\xC3\xA4", {}});
    reply.headers.add("Location", "/x\r\nSet-Cookie: y");
    reply.headers.add("Content-Length", "1");
    reply.headers.add("Date", "never");
    co_return reply;
  });
  RawClient client = server.connect();
  const RawReply reply = client.ask(get);
  EXPECT_FALSE(reply.headers.has("Set-Cookie"));
  EXPECT_EQ(reply.headers.get("Location"), "/x  Set-Cookie: y");
  EXPECT_EQ(reply.headers.get("X-Error-Message"), "a  Set-Cookie: x%C3%A4");
  EXPECT_EQ(
      reply.body,
      "{\"error\":\"a\\r\\nSet-Cookie: x\xC3\xA4\",\"detail\":\"a\\r\\nSet-Cookie: x\xC3\xA4\"}");
  EXPECT_NE(reply.headers.get("Date"), "never");
  EXPECT_EQ(client.ask(get).status, 400);
}

}  // namespace
}  // namespace kohaku::http
