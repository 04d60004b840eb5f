// One connection: requests come, a handler answers them, one after another, until either side ends.
#pragma once

#include <atomic>
#include <memory>

#include "http/access_log.h"
#include "http/client_address.h"
#include "http/input_buffer.h"
#include "http/message.h"
#include "http/request_body.h"
#include "http/request_head.h"
#include "http/server.h"
#include "http/traffic.h"
#include "http/transport.h"

namespace kohaku::http {

// What all connections of a server share; outlives them.
struct Service {
  const os::Clock& clock;
  Limits limits;
  TrustedProxies proxies;
  Handler handler;  // set before the loops run
  Traffic traffic;
  std::atomic<std::size_t> connections = 0;
};

class Connection {
 public:
  // Owns the accepted, non-blocking descriptor.
  Connection(Service& service, Loop& loop, int descriptor, bool ipv6, Address peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves until the connection ends; never throws.
  Task<void> serve();

 private:
  // The length of the complete head at the front of the input; 0 when there will be none, because the
  // peer closed, was idle too long, or the server drains. A failure is one to tell the client.
  Task<Result<std::size_t>> await_head();
  void make_room();
  // What a wait for more of a head brought; false when the connection is to end in silence.
  Result<bool> take_in(Result<std::size_t> count, bool idle);
  // Whether the connection goes on.
  Task<bool> exchange(RequestHead& head, std::int64_t started);
  Task<void> refuse(Error error);
  void identify(Request& request);
  void log(const Request& request, const Sent& sent, const Reply& reply, std::int64_t started,
           std::uint64_t received);

  Service& service_;
  Transport transport_;
  InputBuffer input_;
  Address peer_;
  std::string peer_text_;
  bool from_trusted_proxy_;
  bool served_any_ = false;
  bool must_linger_ = false;
  int without_pause_ = 0;           // requests answered since the loop had its turn
  std::uint64_t bytes_logged_ = 0;  // of those sent, in the log lines so far
};

}  // namespace kohaku::http
