// Sends a letter by SMTP (RFC 5321) through the server the operator named.
#pragma once

#include <cstdint>
#include <string>

#include "base/date.h"
#include "base/result.h"

namespace kohaku::net {

struct MailServer {
  std::string host;
  std::uint16_t port = 587;
  std::string user;  // empty: no sign-in
  std::string password;
  bool tls = true;  // STARTTLS, or TLS from the start on port 465
};

struct Letter {
  std::string from;  // an address
  std::string from_name;
  std::string to;  // an address
  std::string subject;
  std::string text;  // UTF-8, lines ended by \n
  Micros date;
};

// RFC 5322: header, empty line, text with CRLF. Line breaks in header values become spaces, so that
// no value can add a header.
std::string format_letter(const Letter& letter);

// Blocks for at most half a minute. bad_gateway when the server cannot be reached or refuses.
Result<> send_letter(const MailServer& server, const Letter& letter);

}  // namespace kohaku::net
