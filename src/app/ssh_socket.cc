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
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "api/json.h"
#include "app/ssh.h"
#include "app/ssh_git.h"
#include "app/ssh_stream.h"
#include "app/unix_socket.h"
#include "hub/fetch.h"
#include "os/log.h"

namespace kohaku::app {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using Socket = Protocol::socket;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr int most_connections = 256;
constexpr int most_transfers_of_user = 32;  // a push may wait for hours: others need places too
constexpr std::chrono::seconds patience_with_answers(60);

// What connections share; lives as long as one of them or the listening job does.
struct Shared {
  http::Server& server;
  hub::Hub& hub;
  os::File listening;
  std::atomic<int> connections = 0;
  std::mutex mutex;
  std::map<AccountId, int> transfers;  // under way, by user; guarded by the mutex
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

// One user's fetch or push as long as it lives.
class Transfer {
 public:
  Transfer(Shared& shared, AccountId user) : shared_(shared), user_(user) {
    const std::lock_guard lock(shared_.mutex);
    is_one_too_many_ = ++shared_.transfers[user_] > most_transfers_of_user;
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    const std::lock_guard lock(shared_.mutex);
    if (--shared_.transfers[user_] == 0) shared_.transfers.erase(user_);
  }

  bool is_one_too_many() const { return is_one_too_many_; }

 private:
  Shared& shared_;
  AccountId user_;
  bool is_one_too_many_ = false;
};

Result<GrantedService> answer(hub::Hub& hub, const std::string& line) {
  const auto question = TRY(api::from_json<SshQuestion>(line));
  if (question.authorize) return TRY(authorized_key(hub, *question.authorize));
  if (question.serve) return serve_ssh(hub, *question.serve);
  return fail(Code::bad_request, "This is no question of sshd.");
}

SshAnswer refusal(const Error& error) {
  if (!error.detail.empty()) {
    os::log_error("an SSH command failed", {{"detail", std::string_view(error.detail)}});
  }
  return {1, fmt::format("kohakuhub: {}\n", error.message), false};
}

Task<Result<>> say(SshStream& stream, const SshAnswer& answer) {
  const auto text = api::to_json(answer) + "\n";
  co_return co_await stream.write(as_bytes(text));
}

const SshAnswer stream_follows{0, "", true};

const Error too_many_transfers{
    Code::too_many_requests, "You have too many fetches and pushes under way.", {}};

Task<void> serve(Shared& shared, SshFetch asked, SshStream& stream) {
  auto& hub = shared.hub;
  auto fetch = co_await hub::start_fetch(hub, asked.repo.repo().id, git::UploadPack::converse,
                                         asked.protocol, std::nullopt);
  if (!fetch) {
    std::ignore = co_await say(stream, refusal(fetch.error()));
  } else if (co_await say(stream, stream_follows)) {
    SshDownload download(hub, asked.repo, asked.address);
    co_await converse_in_fetch(std::move(*fetch), download, stream);
  }
}

Task<void> serve(Shared& shared, SshPush asked, SshStream& stream) {
  if (co_await say(stream, stream_follows)) {
    co_await converse_in_push(shared.hub, std::move(asked), stream);
  }
}

// A fetch or a push, if this user has not too many.
template <class Asked>
Task<void> transfer(Shared& shared, Asked asked, SshStream& stream) {
  const Transfer counted(shared, asked.repo.caller().user->id);
  if (counted.is_one_too_many()) {
    std::ignore = co_await say(stream, refusal(too_many_transfers));
  } else {
    co_await serve(shared, std::move(asked), stream);
  }
}

Task<void> converse(const Place& place, Socket socket) {
  auto& hub = (*place).hub;
  std::string line;
  const auto [cut, length] = co_await asio::async_read_until(
      socket, asio::dynamic_buffer(line, longest_ssh_question), '\n', awaited);
  if (cut) co_return;
  line.resize(length);
  auto service = place.is_one_too_many()
                     ? Result<GrantedService>(
                           fail(Code::unavailable, "Too many connections. Try again later."))
                     : co_await hub.pool.run([&] { return answer(hub, line); });
  if (!service) service = refusal(service.error());
  SshStream stream(std::move(socket), patience_with_answers);
  // Not by std::visit: a coroutine must not outlive what the visitor refers to.
  if (auto* said = std::get_if<SshAnswer>(&*service)) {
    std::ignore = co_await say(stream, *said);
  } else if (auto* fetch = std::get_if<SshFetch>(&*service)) {
    co_await transfer(*place, std::move(*fetch), stream);
  } else {
    co_await transfer(*place, std::get<SshPush>(std::move(*service)), stream);
  }
}

Task<void> take(std::shared_ptr<Place> place, std::shared_ptr<os::File> peer) {
  Socket socket(co_await asio::this_coro::executor, Protocol(), ::dup(peer->descriptor()));
  peer.reset();
  co_await converse(*place, std::move(socket));
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
