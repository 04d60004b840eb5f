// Who the client is when proxies stand between: their word counts only if we were told to trust them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace kohaku::http {

// IPv4 as IPv4-mapped IPv6, so that both spellings of an address are equal.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const Address&, const Address&) = default;
};

// With an optional port (`1.2.3.4:5`, `[::1]:5`) and brackets, as X-Forwarded-For may have them.
std::optional<Address> parse_address(std::string_view text);
std::string to_string(const Address& address);  // IPv4 in its own form

// Addresses and networks (`10.0.0.0/8`, `::1`) that may speak for others.
class TrustedProxies {
 public:
  static Result<TrustedProxies> create(const std::vector<std::string>& networks);
  bool contains(const Address& address) const;

 private:
  struct Network {
    Address address;
    int bits;  // of 128
  };
  std::vector<Network> networks_;
};

// From the right of X-Forwarded-For, the first hop that is no trusted proxy; `peer` when the list
// names none. Only for a peer that is trusted itself.
Address client_behind(const TrustedProxies& proxies, const Address& peer, const Headers& headers);

}  // namespace kohaku::http
