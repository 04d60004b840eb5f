#include "http/server.h"

#include <algorithm>
#include <csignal>
#include <deque>
#include <optional>
#include <thread>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/connection.h"
#include "http/listener.h"
#include "http/loop.h"
#include "os/log.h"

namespace kohaku::http {

namespace asio = boost::asio;

namespace {

constexpr int most_accepting_loops = 4;  // each connection wakes all of them
constexpr int burst = 64;
// What handlers get to unwind once their connections are broken at the end of the drain.
constexpr std::int64_t unwinding_micros = 2'000'000;

// Room for the connections we allow, as far as the operator's hard limit goes.
void raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// More connections than allowed: one sentence, and no state.
void turn_away(int descriptor) {
  constexpr std::string_view answer =
      "HTTP/1.1 503 Service Unavailable\r\nServer: KohakuHub\r\nContent-Length: 0\r\n"
      "Retry-After: 5\r\nX-Error-Code: Unavailable\r\nConnection: close\r\n\r\n";
  ::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(descriptor);
}

Task<void> run_connection(std::unique_ptr<Connection> connection) { co_await connection->serve(); }

}  // namespace

struct Server::State {
  State(ServerOptions given, const os::Clock& clock, Listener socket, TrustedProxies proxies)
      : options(std::move(given)),
        service{.clock = clock, .limits = options.limits, .proxies = std::move(proxies)},
        listener(std::move(socket)),
        port(listener->port()) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    const int threads = options.threads > 0 ? options.threads : std::max(cores, 1);
    for (int i = 0; i < threads; ++i) loops.emplace_back();
  }

  Task<void> accept_on(Loop& loop);
  void accept_burst(Loop& loop, bool& exhausted);
  void admit(Loop& loop, const Accepted& accepted);
  Loop& least_loaded(Loop& own);
  Task<void> watch_deadlines(Loop& loop);
  Task<void> watch_signals();
  void begin_drain();
  void end_at_once();
  bool quiet() const;
  void run_loop(Loop& loop);

  ServerOptions options;
  Service service;
  std::optional<Listener> listener;  // until no loop accepts any more
  std::uint16_t port;
  std::atomic<int> accepting_loops = 0;
  std::atomic<bool> stopping = false;
  std::atomic<std::int64_t> drain_end = 0;
  std::deque<Loop> loops;  // their coroutines use the rest
  std::optional<asio::signal_set> signals;
};

Loop& Server::State::least_loaded(Loop& own) {
  Loop* best = &own;
  for (Loop& loop : loops) {
    if (loop.load < best->load) best = &loop;
  }
  return *best;
}

void Server::State::admit(Loop& own, const Accepted& accepted) {
  if (service.connections >= options.limits.most_connections) {
    turn_away(accepted.descriptor);
    return;
  }
  ++service.connections;
  Loop& loop = least_loaded(own);
  ++loop.load;
  const auto start = [this, &loop, accepted] {
    auto connection = std::make_unique<Connection>(service, loop, accepted.descriptor,
                                                   accepted.ipv6, accepted.peer);
    asio::co_spawn(loop.context(), run_connection(std::move(connection)), asio::detached);
  };
  if (&loop == &own) {
    start();
  } else {
    asio::post(loop.context(), start);
  }
}

void Server::State::accept_burst(Loop& loop, bool& exhausted) {
  for (int i = 0; i < burst; ++i) {
    const std::optional<Accepted> accepted = listener->accept(exhausted);
    if (!accepted) return;
    admit(loop, *accepted);
  }
}

// Loops share the one socket: whichever is awake takes the connection and gives it to the loop with
// the least to do. (A socket for each, by SO_REUSEPORT, would spread a few connections unevenly, strand
// those queued at a busy loop, and let a second server bind the same port in silence.)
Task<void> Server::State::accept_on(Loop& loop) {
  struct AtEnd {
    State& state;
    Loop& loop;
    AtEnd(State& of, Loop& at) : state(of), loop(at) {}
    AtEnd(const AtEnd&) = delete;
    AtEnd& operator=(const AtEnd&) = delete;
    ~AtEnd() {
      bool exhausted = false;
      state.accept_burst(loop, exhausted);  // who is in the queue has connected already
      if (--state.accepting_loops == 0) state.listener.reset();
    }
  } at_end{*this, loop};
  asio::posix::stream_descriptor socket(loop.context(), ::dup(listener->descriptor()));
  while (true) {
    co_await socket.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    bool exhausted = false;
    accept_burst(loop, exhausted);
    if (exhausted) {
      os::log_error("out of file descriptors: connections wait");
      co_await loop.sleep(100);
    }
  }
}

// True when nothing is under way on any loop: one may need another until its end.
bool Server::State::quiet() const {
  return std::ranges::all_of(loops, [](const Loop& loop) { return loop.load == 0; });
}

Task<void> Server::State::watch_deadlines(Loop& loop) {
  while (true) {
    co_await loop.sleep(loop.draining() ? 20 : 250);
    loop.expire_overdue();
    if (stopping && !loop.draining()) loop.begin_drain();
    if (!loop.draining()) continue;
    if (quiet()) break;
    const std::int64_t overdue = Loop::ticks() - drain_end;
    if (overdue > 0) loop.break_connections();
    if (overdue > unwinding_micros) break;
  }
  loop.context().stop();
}

Task<void> Server::State::watch_signals() {
  while (true) {
    const auto [ec, number] = co_await signals->async_wait(asio::as_tuple(asio::use_awaitable));
    if (ec) co_return;
    if (stopping) {
      end_at_once();
    } else {
      os::log_info("shutting down", {{"signal", std::int64_t{number}}});
      begin_drain();
    }
  }
}

void Server::State::begin_drain() {
  if (stopping) return;
  drain_end = Loop::after_seconds(options.limits.drain_seconds);
  stopping = true;
  for (Loop& loop : loops) {
    asio::post(loop.context(), [&loop] {
      if (!loop.draining()) loop.begin_drain();
    });
  }
}

void Server::State::end_at_once() {
  for (Loop& loop : loops) loop.context().stop();
}

void Server::State::run_loop(Loop& loop) {
  while (!loop.context().stopped()) {
    try {
      loop.context().run();
    } catch (const std::exception& error) {
      os::log_error("exception on an event loop", {{"detail", std::string_view(error.what())}});
    }
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::bind(ServerOptions options, const os::Clock& clock) {
  raise_descriptor_limit(options.limits.most_connections + 1024);
  TrustedProxies proxies = TRY(TrustedProxies::create(options.trusted_proxies));
  Listener listener = TRY(Listener::open(options.address, options.port));
  return std::unique_ptr<Server>(new Server(
      std::make_unique<State>(std::move(options), clock, std::move(listener), std::move(proxies))));
}

std::uint16_t Server::port() const { return state_->port; }

bool Server::run(Handler handler) {
  State& state = *state_;
  state.service.handler = std::move(handler);
  std::signal(SIGPIPE, SIG_IGN);  // sendfile has no MSG_NOSIGNAL
  asio::io_context& first = state.loops.front().context();
  state.signals.emplace(first, SIGTERM, SIGINT);
  asio::co_spawn(first, state.watch_signals(), asio::detached);
  for (Loop& loop : state.loops) {
    if (state.accepting_loops < most_accepting_loops) {
      ++state.accepting_loops;
      // As a job: its cancellation, when the drain begins, is the end of accepting.
      loop.spawn([&state, &loop] { return state.accept_on(loop); });
    }
    asio::co_spawn(loop.context(), state.watch_deadlines(loop), asio::detached);
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < state.loops.size(); ++i) {
      threads.emplace_back([&state, i] { state.run_loop(state.loops[i]); });
    }
    state.run_loop(state.loops.front());
  }
  return state.quiet();
}

void Server::stop() { state_->begin_drain(); }

void Server::spawn(std::function<Task<void>()> work) {
  State& state = *state_;
  state.least_loaded(state.loops.front()).spawn(std::move(work));
}

std::size_t Server::connections() const { return state_->service.connections; }

std::size_t Server::requests_in_flight() const {
  std::size_t count = 0;
  for (const Loop& loop : state_->loops) count += static_cast<std::size_t>(loop.requests_in_flight);
  return count;
}

std::vector<prometheus::MetricFamily> Server::traffic() const {
  return state_->service.traffic.collect();
}

}  // namespace kohaku::http
