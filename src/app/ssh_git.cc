#include "app/ssh_git.h"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "git/pkt_line.h"
#include "hub/push.h"
#include "hub/push_dialogue.h"
#include "os/log.h"

namespace kohaku::app {
namespace {

namespace asio = boost::asio;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t buffer_bytes = 128 << 10;
constexpr int fatal_band = 3;

// What is under way may end when the server stops.
Task<void> outlast_stop() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
}

// Ends with git's output.
Task<void> send_output(os::PipedProcess& process, SshDownload& download, SshStream& stream) {
  std::vector<char> buffer(buffer_bytes);
  while (true) {
    const auto count = co_await process.read(buffer);
    if (!count || *count == 0) co_return;
    const auto piece = as_bytes({buffer.data(), *count});
    download.will_send(piece);
    if (!co_await stream.write(piece)) co_return;
    download.has_sent(piece);
  }
}

// Ends only when the client fails: git may have more to say to one that has closed its side.
Task<void> feed_input(os::PipedProcess& process, SshDownload& download, SshStream& stream) {
  while (true) {
    const auto piece = co_await stream.read();
    if (!piece) co_return;
    download.heard(*piece);
    if (piece->empty() || !co_await process.write(*piece)) break;
  }
  process.end_input();
  asio::steady_timer never(co_await asio::this_coro::executor,
                           asio::steady_timer::time_point::max());
  co_await never.async_wait(asio::use_awaitable);
}

Task<Result<>> take_push(hub::Hub& hub, SshPush push, SshStream& stream) {
  const auto text = CO_TRY(co_await hub.pool.run(
      [&] { return hub::advertise_push(hub, push.repo.repo().id, push.protocol); }));
  CO_TRY(co_await stream.write(as_bytes(text)));
  stream.set_patience(hours(3));
  const auto begun = CO_TRY(co_await hub::read_push_request(stream));
  const auto& request = begun.request;
  if (request.commands.empty()) co_return Result<>();
  co_await outlast_stop();
  // Packing takes its time, and holds no place among those that may run.
  stream.set_patience(minutes(10));
  const bool has_pack =
      std::ranges::any_of(request.commands, [](auto& c) { return c.to.has_value(); });
  auto first = begun.begun;
  if (has_pack && first.empty()) first = CO_TRY(co_await stream.read());
  stream.set_patience(minutes(1));
  const auto report =
      co_await hub::push(hub, std::move(push.repo), request, first, stream, hub::PackEnd::of_pack);
  co_return co_await stream.write(as_bytes(hub::push_answer(request, report)));
}

}  // namespace

Task<void> converse_in_fetch(hub::Fetch fetch, SshDownload& download, SshStream& stream) {
  using namespace asio::experimental::awaitable_operators;
  co_await outlast_stop();
  stream.set_patience(minutes(2));
  const auto first = co_await (send_output(fetch.process, download, stream) ||
                               feed_input(fetch.process, download, stream));
  if (first.index() == 0) hub::log_fetch_end(co_await fetch.process.finish());
}

Task<void> converse_in_push(hub::Hub& hub, SshPush push, SshStream& stream) {
  const auto taken = co_await take_push(hub, std::move(push), stream);
  if (taken || taken.error().code == Code::unavailable) co_return;
  std::string said;
  git::add_side_band(said, fatal_band, taken.error().message + "\n");
  std::ignore = co_await stream.write(as_bytes(said));
}

}  // namespace kohaku::app
