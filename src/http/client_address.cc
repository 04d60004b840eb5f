#include "http/client_address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

#include "http/text.h"

namespace kohaku::http {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv4(const Address& address) {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
}

std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
  }
  const std::size_t colon = text.find(':');
  const bool is_port = colon != std::string_view::npos && text.rfind(':') == colon;
  return is_port ? text.substr(0, colon) : text;
}

bool same_bits(const Address& a, const Address& b, int bits) {
  const int whole = bits / 8;
  if (std::memcmp(a.bytes.data(), b.bytes.data(), static_cast<std::size_t>(whole)) != 0) {
    return false;
  }
  if (bits % 8 == 0) return true;
  const int mask = 0xff << (8 - bits % 8);
  const auto at = static_cast<std::size_t>(whole);
  return ((a.bytes[at] ^ b.bytes[at]) & mask) == 0;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string plain(without_port(trim(text)));
  Address address;
  in_addr v4{};
  if (::inet_pton(AF_INET, plain.c_str(), &v4) == 1) {
    std::ranges::copy(mapped_prefix, address.bytes.begin());
    std::memcpy(address.bytes.data() + mapped_prefix.size(), &v4, sizeof v4);
    return address;
  }
  if (::inet_pton(AF_INET6, plain.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4(address)) {
    ::inet_ntop(AF_INET, address.bytes.data() + mapped_prefix.size(), text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  }
  return text.data();
}

Result<TrustedProxies> TrustedProxies::create(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const std::string& text : networks) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::optional<Address> address = parse_address(std::string_view(text).substr(0, slash));
    if (!address) return fail(Code::bad_request, "Not the address of a proxy: " + text);
    const int width = is_ipv4(*address) ? 32 : 128;
    int bits = width;
    if (slash < text.size()) {
      const char* end = text.data() + text.size();
      const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
      if (parsed.ptr != end || parsed.ec != std::errc() || bits < 0 || bits > width) {
        return fail(Code::bad_request, "Not a network of proxies: " + text);
      }
    }
    proxies.networks_.push_back({*address, bits + 128 - width});
  }
  return proxies;
}

bool TrustedProxies::contains(const Address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) {
    return same_bits(network.address, address, network.bits);
  });
}

Address client_behind(const TrustedProxies& proxies, const Address& peer, const Headers& headers) {
  std::string hops;
  for (const auto& field : headers.fields()) {
    if (equal_ignoring_case(field.name, "X-Forwarded-For")) hops.append(",").append(field.value);
  }
  Address client = peer;
  while (!hops.empty()) {
    const std::size_t comma = hops.rfind(',');
    const std::optional<Address> hop = parse_address(std::string_view(hops).substr(comma + 1));
    if (!hop) break;  // what lies before a word we cannot read is hearsay
    client = *hop;
    if (!proxies.contains(client)) break;
    hops.erase(comma);
  }
  return client;
}

}  // namespace kohaku::http
