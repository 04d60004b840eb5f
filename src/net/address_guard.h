// Which addresses an outbound connection may reach. The check is made on the resolved address of each
// connection, redirects included, so that neither a name nor its second resolution can get around it.
#pragma once

#include <string>
#include <string_view>

struct sockaddr;

namespace kohaku::net {

// Whom a transfer may talk to.
enum class Reach {
  operator_named,  // a server that the operator configured: any address
  public_only,     // a name that a user gave: no loopback, private, link-local or reserved address
};

// Whether an address belongs to the public internet. False for anything but IPv4 and IPv6, and for
// IPv6 forms that carry a private IPv4 address (mapped, 6to4, NAT64, Teredo).
bool is_public_address(const sockaddr& address);
// The same for text; false when it is not an address.
bool is_public_address(std::string_view text);

}  // namespace kohaku::net
