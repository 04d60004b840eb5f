// The status line and header fields of a reply, written by hand into one string.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace kohaku::http {

std::string_view reason_phrase(int status);

// How the body of a reply is sent.
struct BodyPlan {
  enum class Ending { none, length, chunked, close };
  bool sends_body = false;
  Ending ending = Ending::none;
  std::uint64_t length = 0;  // with Ending::length; said even where no body is sent (HEAD, 304)
};

// RFC 9112, 6.3: what a reply to this method may carry.
BodyPlan plan_body(const Reply& reply, Method method, bool http_1_0);

struct ReplyContext {
  std::string_view request_id;
  std::string_view date;
  bool http_1_0 = false;
  bool keep_alive = true;
  std::int64_t started = 0;  // Loop::ticks() when the request was read
};

// Appends the head with its empty line. What the plan and
// the context decide (length, connection, date, server, request id) overrides the reply's own fields.
void append_head(std::string& out, const Reply& reply, const BodyPlan& plan,
                 const ReplyContext& context);

}  // namespace kohaku::http
