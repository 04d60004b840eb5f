// A hub for tests: a real socket on 127.0.0.1, answers from a script, requests kept.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kohaku::cli {

inline std::string http_answer(int status, std::string_view body, std::string_view headers = {}) {
  return fmt::format("HTTP/1.1 {} -\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status,
                     body.size(), headers, body);
}

// One connection at a time, one request each. `answers` maps a target ("/api/trending?…") to the bytes that
// are sent; any other target gets 404 with nothing in it.
class ScriptedHub {
 public:
  explicit ScriptedHub(std::map<std::string, std::string> answers) : answers_(std::move(answers)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ScriptedHub(const ScriptedHub&) = delete;
  ScriptedHub& operator=(const ScriptedHub&) = delete;
  ~ScriptedHub() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::string endpoint() const { return fmt::format("http://127.0.0.1:{}", port_); }

  void answer(const std::string& target, std::string bytes) {
    const std::lock_guard lock(mutex_);
    answers_[target] = std::move(bytes);
  }

  // The heads of all requests so far.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (int peer = 0; (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer)) {
      const auto head = read_head(peer);
      const auto bytes = answer_to(head);
      (void)::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }

  static std::string read_head(int peer) {
    std::string head;
    char buffer[4096];
    while (!head.ends_with("\r\n\r\n")) {
      const auto length = ::recv(peer, buffer, sizeof buffer, 0);
      if (length <= 0) break;
      head.append(buffer, static_cast<std::size_t>(length));
    }
    return head;
  }

  std::string answer_to(const std::string& head) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(head);
    const auto start = head.find(' ') + 1;
    const auto found = answers_.find(head.substr(start, head.find(' ', start) - start));
    return found == answers_.end() ? http_answer(404, "") : found->second;
  }

  std::map<std::string, std::string> answers_;
  std::vector<std::string> requests_;
  std::mutex mutex_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace kohaku::cli
