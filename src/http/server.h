// The HTTP/1.1 server: listens, parses, hands each request to one handler, writes its reply, logs it.
//
// Lifetime: what handlers use outlives run(). Handlers still under way after the drain stay suspended and
// are destroyed with the Server; see run().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "os/clock.h"

namespace prometheus {
struct MetricFamily;
}

namespace kohaku::http {

struct Limits {
  std::uint64_t header_bytes = 32 * 1024;      // 431 beyond; a target over 8 KiB is 414
  std::uint64_t default_body_bytes = 1 << 20;  // until a handler says otherwise
  int header_seconds = 15;                     // for a whole header once its first byte came
  int idle_seconds = 75;                       // between requests of a kept connection
  int stall_seconds = 60;                      // a body or an answer that makes no progress
  int drain_seconds = 30;                      // at SIGTERM, for requests under way
  std::size_t most_connections = 20'000;
};

struct ServerOptions {
  std::string address = "0.0.0.0";  // "::" or "": IPv4 and IPv6
  std::uint16_t port = 28080;       // 0: any free one, see Server::port()
  int threads = 0;                  // 0: one per core
  Limits limits;
  // Whose X-Forwarded-… is believed: addresses or networks (`10.0.0.0/8`).
  std::vector<std::string> trusted_proxies;
};

class Server {
 public:
  // Binds at once, or takes the listening socket that systemd passes (LISTEN_FDS); serves nothing
  // until run().
  static Result<std::unique_ptr<Server>> bind(ServerOptions options, const os::Clock& clock);
  ~Server();

  std::uint16_t port() const;
  // Serves until stop(); then accepts nothing new, answers what is under way, returns true. False when
  // handlers or jobs did not end in drain_seconds, or a second signal came: something (a Pool) may still
  // resume them, so the process should then end without destroying anything (std::_Exit).
  bool run(Handler handler);
  // From any thread, and safe in a signal-watching thread. SIGTERM and SIGINT call it while running; a
  // second one ends at once.
  void stop();
  // Runs a coroutine on one of the loops, not waited for (background jobs), from any thread. At stop()
  // what it awaits is cancelled, and its next co_await throws; run() returns when it has ended.
  void spawn(std::function<Task<void>()> work);

  // For the operator; from any thread.
  std::size_t connections() const;
  std::size_t requests_in_flight() const;
  std::vector<prometheus::MetricFamily> traffic() const;  // what was answered (http/traffic.h)

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::http
