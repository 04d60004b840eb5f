// For tests: a real server on a free port, and a client that writes bytes and reads replies as they are.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "http/message.h"
#include "http/server.h"
#include "http/text.h"
#include "os/clock.h"

namespace kohaku::http {

struct RawReply {
  int status = 0;  // 0: the connection ended before a whole reply
  Headers headers;
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    connected_ = ::connect(socket_, where, sizeof address) == 0;
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}

  bool connected() const { return connected_; }
  // False when the peer does not take it any more.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  // Whether the server has closed, with nothing more to say.
  bool at_end() { return received_.empty() && !receive(); }
  std::string rest() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }

  RawReply reply(bool to_head = false) {
    RawReply reply;
    const std::string head = until("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 ")) return reply;
    std::size_t at = head.find("\r\n") + 2;
    while (at + 2 < head.size()) {
      const std::size_t end = head.find("\r\n", at);
      const std::size_t colon = head.find(": ", at);
      reply.headers.add(head.substr(at, colon - at), head.substr(colon + 2, end - colon - 2));
      at = end + 2;
    }
    const int status = std::atoi(head.c_str() + 9);
    if (!to_head && status != 304 && !read_body(reply)) return reply;
    reply.status = status;
    return reply;
  }
  RawReply ask(std::string_view request) {
    send(request);
    return reply(request.starts_with("HEAD "));
  }

 private:
  bool receive() {
    char piece[64 * 1024];
    const ssize_t count = ::recv(socket_, piece, sizeof piece, 0);
    if (count > 0) received_.append(piece, static_cast<std::size_t>(count));
    return count > 0;
  }
  // Up to and with the mark; empty when the connection ends before.
  std::string until(std::string_view mark) {
    std::size_t at;
    while ((at = received_.find(mark)) == std::string::npos) {
      if (!receive()) return {};
    }
    return take(at + mark.size());
  }
  std::string take(std::size_t count) {
    while (received_.size() < count) {
      if (!receive()) return {};
    }
    std::string text = received_.substr(0, count);
    received_.erase(0, count);
    return text;
  }
  bool read_body(RawReply& reply) {
    if (reply.headers.get("Transfer-Encoding") == "chunked") return read_chunks(reply);
    const std::string_view length = reply.headers.get("Content-Length");
    if (length.empty()) {
      if (reply.headers.get("Connection") == "close") reply.body = rest();
      return true;
    }
    const std::size_t count = std::strtoul(std::string(length).c_str(), nullptr, 10);
    reply.body = take(count);
    return reply.body.size() == count;
  }
  bool read_chunks(RawReply& reply) {
    while (true) {
      const std::string line = until("\r\n");
      if (line.empty()) return false;
      const std::size_t count = std::strtoul(line.c_str(), nullptr, 16);
      const std::string chunk = take(count + 2);
      if (chunk.size() != count + 2) return false;
      if (count == 0) return true;
      reply.body.append(chunk, 0, count);
    }
  }

  int socket_;
  bool connected_ = false;
  std::string received_;
};

// Serves with the given handler until its end.
class RunningServer {
 public:
  explicit RunningServer(Handler handler, Limits limits = {}, int threads = 2,
                         std::vector<std::string> trusted_proxies = {}) {
    ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.threads = threads;
    options.limits = limits;
    options.trusted_proxies = std::move(trusted_proxies);
    Result<std::unique_ptr<Server>> server = Server::bind(options, clock_);
    if (!server) throw std::runtime_error(server.error().message);
    server_ = std::move(*server);
    thread_ =
        std::jthread([this, handler = std::move(handler)] { ended_well_ = server_->run(handler); });
  }
  ~RunningServer() { stop(); }

  // What run() says.
  bool stop() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
    return ended_well_;
  }
  Server& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  RawClient connect() const { return RawClient(port()); }

 private:
  os::SystemClock clock_;
  std::unique_ptr<Server> server_;
  bool ended_well_ = false;
  std::jthread thread_;
};

}  // namespace kohaku::http
