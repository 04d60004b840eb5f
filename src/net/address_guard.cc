#include "net/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace kohaku::net {
namespace {

struct Block4 {
  std::uint32_t prefix;
  int bits;
};

// IANA IPv4 special-purpose registry: everything that is not globally reachable, and multicast.
constexpr Block4 closed4[] = {
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared (carrier NAT)
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relay
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 4},   // multicast
    {0xF0000000, 4},   // reserved, broadcast
};

bool is_public4(std::uint32_t address) {
  for (const auto& block : closed4) {
    if ((address ^ block.prefix) >> (32 - block.bits) == 0) return false;
  }
  return true;
}

using Bytes16 = std::array<std::uint8_t, 16>;

std::uint32_t word(const Bytes16& b, std::size_t at) {
  return std::uint32_t{b[at]} << 24U | std::uint32_t{b[at + 1]} << 16U |
         std::uint32_t{b[at + 2]} << 8U | std::uint32_t{b[at + 3]};
}

bool is_public6(const Bytes16& b) {
  const auto head = word(b, 0);
  if (head == 0x0064FF9B && word(b, 4) == 0 && word(b, 8) == 0) return is_public4(word(b, 12));
  if (head >> 29U != 1) return false;                // only 2000::/3 is global unicast
  if (head == 0x20010DB8) return false;              // documentation
  if (head >> 9U == 0x20010000 >> 9U) return false;  // 2001:0::/23: Teredo, ORCHID, benchmarks
  if (head >> 16U == 0x2002) {                       // 6to4
    return is_public4(head << 16U | word(b, 4) >> 16U);
  }
  return head >> 12U != 0x3FFF0;  // 3fff::/20: documentation
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    Bytes16 bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return is_public6(bytes);
  }
  return false;
}

bool is_public_address(std::string_view text) {
  const std::string name(text);
  in_addr v4{};
  if (inet_pton(AF_INET, name.c_str(), &v4) == 1) return is_public4(ntohl(v4.s_addr));
  Bytes16 v6{};
  return inet_pton(AF_INET6, name.c_str(), v6.data()) == 1 && is_public6(v6);
}

}  // namespace kohaku::net
