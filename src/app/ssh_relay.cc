#include "app/ssh_relay.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>
#include <vector>

#include "app/unix_socket.h"

namespace kohaku::app {
namespace {

constexpr std::size_t piece_bytes = 128 << 10;

// Waits for standard input. False when the socket is closed on both sides.
bool wait_for_input(const os::File& socket) {
  std::array<pollfd, 2> waiting{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{socket.descriptor(), 0, 0}};
  while (::poll(waiting.data(), waiting.size(), -1) < 0) {
    if (errno != EINTR) return false;
  }
  return (waiting[1].revents & (POLLHUP | POLLERR)) == 0;
}

void send_input(const os::File& socket) {
  std::vector<char> piece(piece_bytes);
  while (wait_for_input(socket)) {
    const auto count = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    if (!send_all(socket, {piece.data(), static_cast<std::size_t>(count)})) return;
  }
  ::shutdown(socket.descriptor(), SHUT_WR);
}

bool write_output(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void receive_output(const os::File& socket, std::string_view begun) {
  if (!write_output(begun)) return;
  std::vector<char> piece(piece_bytes);
  while (true) {
    const auto count = ::recv(socket.descriptor(), piece.data(), piece.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    if (!write_output({piece.data(), static_cast<std::size_t>(count)})) return;
  }
}

}  // namespace

void relay(const os::File& socket, std::string_view begun) {
  const std::jthread input([&socket] { send_input(socket); });
  receive_output(socket, begun);
  ::shutdown(socket.descriptor(), SHUT_RDWR);  // wakes the other
}

}  // namespace kohaku::app
