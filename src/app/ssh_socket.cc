#include "app/ssh_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>

#include "api/json.h"
#include "app/ssh.h"
#include "app/unix_socket.h"
#include "os/log.h"

namespace kohaku::app {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using Socket = Protocol::socket;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr int most_connections = 256;

// What connections share; lives as long as one of them or the listening job does.
struct Shared {
  http::Server& server;
  hub::Hub& hub;
  os::File listening;
  std::atomic<int> connections = 0;
};

// Counts a connection as long as it lives.
class Place {
 public:
  explicit Place(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
    ++shared_->connections;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { --shared_->connections; }

  Shared& operator*() const { return *shared_; }
  bool is_one_too_many() const { return shared_->connections > most_connections; }

 private:
  std::shared_ptr<Shared> shared_;
};

Result<SshAnswer> answer(hub::Hub& hub, const std::string& line) {
  const auto question = TRY(api::from_json<SshQuestion>(line));
  if (question.authorize) return authorized_key(hub, *question.authorize);
  if (question.serve) return serve_ssh(hub, *question.serve);
  return fail(Code::bad_request, "This is no question of sshd.");
}

std::string to_line(const Result<SshAnswer>& answer) {
  if (answer) return api::to_json(*answer) + "\n";
  if (!answer.error().detail.empty()) {
    os::log_error("an SSH command failed", {{"detail", std::string_view(answer.error().detail)}});
  }
  return api::to_json(SshAnswer{1, fmt::format("kohakuhub: {}\n", answer.error().message)}) + "\n";
}

Task<void> converse(const Place& place, Socket& socket) {
  auto& hub = (*place).hub;
  std::string line;
  const auto [cut, length] = co_await asio::async_read_until(
      socket, asio::dynamic_buffer(line, longest_ssh_question), '\n', awaited);
  if (cut) co_return;
  line.resize(length);
  const auto said =
      place.is_one_too_many()
          ? Result<SshAnswer>(fail(Code::unavailable, "Too many connections. Try again later."))
          : co_await hub.pool.run([&] { return answer(hub, line); });
  const auto text = to_line(said);
  std::ignore = co_await asio::async_write(socket, asio::buffer(text), awaited);
}

Task<void> take(std::shared_ptr<Place> place, std::shared_ptr<os::File> peer) {
  Socket socket(co_await asio::this_coro::executor, Protocol(), ::dup(peer->descriptor()));
  peer.reset();
  co_await converse(*place, socket);
}

Task<void> listen(std::shared_ptr<Shared> shared) {
  const auto executor = co_await asio::this_coro::executor;
  Protocol::acceptor acceptor(executor, Protocol(), ::dup(shared->listening.descriptor()));
  while (true) {
    auto [failure, socket] = co_await acceptor.async_accept(awaited);
    if (failure == asio::error::operation_aborted) co_return;
    if (failure) {  // no descriptors left, perhaps: others may end
      asio::steady_timer pause(executor, std::chrono::milliseconds(200));
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    auto place = std::make_shared<Place>(shared);
    auto peer = std::make_shared<os::File>(socket.release());
    shared->server.spawn([place, peer] { return take(place, peer); });
  }
}

}  // namespace

Result<> serve_ssh_socket(http::Server& server, hub::Hub& hub) {
  auto listening = TRY(listen_on_socket(hub.config.data_dir / ssh_socket_name));
  auto shared = std::make_shared<Shared>(server, hub, std::move(listening));
  server.spawn([shared] { return listen(shared); });
  return {};
}

}  // namespace kohaku::app
