#include "app/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace kohaku::app {
namespace {

constexpr int most_waiting = 64;

Result<sockaddr_un> address_of(const os::Path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    return fail(Code::bad_request, "The data directory's path is too long for a socket in it.");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

Result<os::File> open_socket() {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail_internal(std::string("socket: ") + std::strerror(errno));
  return os::File(descriptor);
}

}  // namespace

Result<os::File> listen_on_socket(const os::Path& path) {
  const auto address = TRY(address_of(path));
  auto socket = TRY(open_socket());
  TRY(os::remove_file(path));
  const auto old_mask = ::umask(0177);
  const int bound =
      ::bind(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(old_mask);
  if (bound != 0 || ::listen(socket.descriptor(), most_waiting) != 0) {
    return fail_internal(path.string() + ": " + std::strerror(errno));
  }
  return socket;
}

Result<std::optional<os::File>> connect_to_socket(const os::Path& path) {
  const auto address = TRY(address_of(path));
  auto socket = TRY(open_socket());
  if (::connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
      0) {
    return std::nullopt;
  }
  return socket;
}

Result<> send_all(const os::File& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return fail_internal("socket: the peer is gone");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<> send_line(const os::File& socket, std::string text) {
  text.push_back('\n');
  return send_all(socket, text);
}

Result<std::string> LineReader::next() {
  std::size_t searched = 0;
  while (waiting_.size() <= longest_) {
    if (const auto end = waiting_.find('\n', searched); end != waiting_.npos) {
      auto line = waiting_.substr(0, end);
      waiting_.erase(0, end + 1);
      return line;
    }
    searched = waiting_.size();
    char buffer[4096];
    const auto got = ::recv(socket_.descriptor(), buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    waiting_.append(buffer, static_cast<std::size_t>(got));
  }
  return fail_internal("socket: no whole line came");
}

}  // namespace kohaku::app
