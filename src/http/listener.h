// The listening socket: ours, or the one a service manager passes so that no connection is refused
// while the server restarts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/client_address.h"
#include "os/files.h"

namespace kohaku::http {

struct Accepted {
  int descriptor;  // non-blocking, close on exec; the caller's
  bool ipv6;
  Address peer;
};

class Listener {
 public:
  // The socket of LISTEN_FDS when one was passed (sd_listen_fds(3)), else a new one. "::" and ""
  // listen on IPv4 and IPv6 alike. `port` 0 takes any free one.
  static Result<Listener> open(const std::string& address, std::uint16_t port);

  int descriptor() const { return socket_.descriptor(); }
  std::uint16_t port() const { return port_; }

  // The next connection in the queue, if there is one. `exhausted` is set when descriptors ran out.
  std::optional<Accepted> accept(bool& exhausted) const;

 private:
  Listener(os::File socket, std::uint16_t port) : socket_(std::move(socket)), port_(port) {}
  static Result<Listener> adopt(os::File socket);

  os::File socket_;
  std::uint16_t port_;
};

}  // namespace kohaku::http
