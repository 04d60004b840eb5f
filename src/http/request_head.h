// From bytes to a request line and header fields, with everything refused that two servers could
// read differently (request smuggling). Beast does the grammar; request_head.cc alone includes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace kohaku::http {

// How long the body is (RFC 9112, 6.3).
struct Framing {
  bool chunked = false;
  std::uint64_t length = 0;  // when not chunked
  bool has_body() const { return chunked || length > 0; }
};

struct RequestHead {
  Request request;
  Framing framing;
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expects_continue = false;
};

// Finds the end of a header that arrives in pieces; looks at each byte once. Lines end in CRLF, none
// begins with white space (obsolete folding).
class HeadScanner {
 public:
  // `text`: the header from its first byte, grown since the last call. Its length with the empty
  // line when that has come, nothing before; fails for what can never become a header.
  Result<std::optional<std::size_t>> scan(std::string_view text, std::uint64_t most);

 private:
  std::size_t seen_ = 0;
  std::size_t line_start_ = 0;
  bool first_line_ = true;
};

// `head` is complete, with its empty line. Fields about earlier hops (X-Forwarded-…) are dropped
// unless the peer is a proxy we trust.
Result<RequestHead> parse_head(std::string_view head, bool from_trusted_proxy);

}  // namespace kohaku::http
