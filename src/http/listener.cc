#include "http/listener.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace kohaku::http {

namespace {

constexpr int first_passed_descriptor = 3;  // SD_LISTEN_FDS_START
constexpr int backlog = 4096;

std::string last_error() { return std::generic_category().message(errno); }

Address address_of(const sockaddr_storage& storage) {
  Address address;
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
  } else if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    address.bytes[10] = address.bytes[11] = 0xff;
    std::memcpy(address.bytes.data() + 12, &v4.sin_addr, 4);
  }
  return address;
}

// The socket a service manager passed to this very process.
std::optional<os::File> passed_socket() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  if (!pid || !count || std::atol(pid) != ::getpid() || std::atoi(count) < 1) return std::nullopt;
  ::unsetenv("LISTEN_PID");  // children must not think it theirs
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  return os::File(first_passed_descriptor);
}

struct BindAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

std::optional<BindAddress> bind_address(const std::string& text, std::uint16_t port) {
  BindAddress result;
  in_addr v4{};
  const std::string name = text == "localhost" ? "127.0.0.1" : text;
  const std::optional<Address> parsed = parse_address(name.empty() ? "::" : name);
  if (!parsed) return std::nullopt;
  if (name.find(':') == std::string::npos && !name.empty()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    std::memcpy(&v4, parsed->bytes.data() + 12, sizeof v4);
    address.sin_addr = v4;
    std::memcpy(&result.storage, &address, sizeof address);
    result.length = sizeof address;
  } else {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    std::memcpy(&address.sin6_addr, parsed->bytes.data(), 16);
    std::memcpy(&result.storage, &address, sizeof address);
    result.length = sizeof address;
  }
  return result;
}

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

// Accepted connections inherit these.
void set_connection_options(int socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
}

}  // namespace

Result<Listener> Listener::adopt(os::File socket) {
  const int descriptor = socket.descriptor();
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening) {
    return fail_internal("the socket that was passed is not listening");
  }
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  set_connection_options(descriptor);
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length);
  // The port lies at the same place in both families.
  const auto port = ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
  return Listener(std::move(socket), port);
}

Result<Listener> Listener::open(const std::string& address, std::uint16_t port) {
  if (std::optional<os::File> passed = passed_socket()) return adopt(std::move(*passed));
  const std::optional<BindAddress> target = bind_address(address, port);
  if (!target) return fail(Code::bad_request, "Not an address to listen on: " + address);
  const int descriptor = ::socket(target->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 && errno == EAFNOSUPPORT && (address.empty() || address == "::")) {
    return open("0.0.0.0", port);  // a machine without IPv6
  }
  if (descriptor < 0) return fail_internal(fmt::format("socket: {}", last_error()));
  os::File socket(descriptor);
  set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  if (target->storage.ss_family == AF_INET6) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  const auto* where = reinterpret_cast<const sockaddr*>(&target->storage);
  if (::bind(descriptor, where, target->length) != 0 || ::listen(descriptor, backlog) != 0) {
    const std::string why = last_error();
    return fail(Code::unavailable,
                fmt::format("Cannot listen on {} port {}: {}", address, port, why));
  }
  return adopt(std::move(socket));
}

std::optional<Accepted> Listener::accept(bool& exhausted) const {
  sockaddr_storage peer{};
  while (true) {
    socklen_t length = sizeof peer;
    const int descriptor = ::accept4(socket_.descriptor(), reinterpret_cast<sockaddr*>(&peer),
                                     &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) return Accepted{descriptor, peer.ss_family == AF_INET6, address_of(peer)};
    if (errno == EINTR || errno == ECONNABORTED) continue;
    exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return std::nullopt;
  }
}

}  // namespace kohaku::http
