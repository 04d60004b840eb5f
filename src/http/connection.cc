#include "http/connection.h"

#include <exception>

#include <fmt/format.h>

#include "http/reply_writer.h"
#include "http/request_id.h"
#include "http/text.h"
#include "os/log.h"

namespace kohaku::http {

namespace {

constexpr int most_without_pause = 16;

// Whether the client may send another request after this one.
bool may_continue(const RequestHead& head, const Reply& reply) {
  if (!head.keep_alive || equal_ignoring_case(reply.headers.get("Connection"), "close")) return false;
  const BodyPlan plan = plan_body(reply, head.request.method, head.http_1_0);
  return plan.ending != BodyPlan::Ending::close;
}

// Exceptions are bugs; the client learns nothing of them.
Reply reply_to_exception(const Request& request, std::string_view what) {
  os::log_error("exception in a handler", {{"id", std::string_view(request.id)}, {"detail", what}});
  return error_reply(internal_error(fmt::format("exception: {}", what)));
}

}  // namespace

Connection::Connection(Service& service, Loop& loop, int descriptor, bool ipv6, Address peer)
    : service_(service),
      transport_(loop, descriptor, ipv6, service.limits.stall_seconds),
      peer_(peer),
      from_trusted_proxy_(service.proxies.contains(peer)) {}

Connection::~Connection() {
  --transport_.loop().load;
  --service_.connections;
}

Task<void> Connection::serve() {
  while (true) {
    Result<bool> goes_on = co_await next_exchange();
    if (!goes_on) {
      co_await refuse(std::move(goes_on).error());
      break;
    }
    if (!*goes_on) break;
  }
  if (must_linger_) co_await transport_.linger();
}

Task<Result<bool>> Connection::next_exchange() {
  const std::size_t length = CO_TRY(co_await await_head());
  if (length == 0) co_return false;
  const std::int64_t started = Loop::ticks();
  Result<RequestHead> head = parse_head(input_.unused().substr(0, length), from_trusted_proxy_);
  if (!head) co_return std::unexpected(std::move(head).error());
  input_.consume(length);
  co_return co_await exchange(std::move(*head), started);
}

// The length of the complete head at the front of the input; 0 when there will be none.
Task<Result<std::size_t>> Connection::await_head() {
  while (input_.unused().starts_with("\r\n")) input_.consume(2);  // RFC 9112, 2.2
  HeadScanner scanner;
  std::int64_t deadline = 0;
  while (true) {
    if (input_.empty()) {
      if (!CO_TRY(co_await await_first_bytes())) co_return std::size_t{0};
      while (input_.unused().starts_with("\r\n")) input_.consume(2);
      continue;
    }
    const auto length = CO_TRY(scanner.scan(input_.unused(), service_.limits.header_bytes));
    if (length) co_return *length;
    if (deadline == 0) deadline = Loop::after_seconds(service_.limits.header_seconds);
    if (!CO_TRY(co_await await_more(deadline))) co_return std::size_t{0};
  }
}

// False when the connection ends in silence: closed by the peer, idle too long, or draining.
Task<Result<bool>> Connection::await_first_bytes() {
  without_pause_ = 0;
  const auto idle = served_any_ ? Transport::Idle::kept : Transport::Idle::fresh;
  Result<std::size_t> count = co_await transport_.receive(
      input_.space(), Loop::after_seconds(service_.limits.idle_seconds), idle);
  if (!count && count.error().code == Code::unavailable) {
    count = transport_.receive_now(input_.space());  // it may have asked in this very moment
  }
  if (!count || *count == 0) co_return false;
  input_.filled(*count);
  co_return true;
}

Task<Result<bool>> Connection::await_more(std::int64_t deadline) {
  if (input_.space().empty()) {
    // One byte more than allowed shows that it is too long.
    input_.grow(std::min<std::size_t>(input_.capacity() * 4, service_.limits.header_bytes + 1));
  }
  const std::span<char> space = input_.space();
  Result<std::size_t> count = co_await transport_.receive(space, deadline);
  if (!count && count.error().code == Code::request_timeout) {
    co_return fail(Code::request_timeout, "The request header took too long.");
  }
  if (!count || *count == 0) co_return false;
  input_.filled(*count);
  co_return true;
}

void Connection::identify(Request& request) {
  Loop& loop = transport_.loop();
  request.id = choose_request_id(request.headers, loop.random(), loop.random());
  request.received = service_.clock.now();
  request.peer_address = to_string(
      from_trusted_proxy_ ? client_behind(service_.proxies, peer_, request.headers) : peer_);
}

Task<Reply> Connection::answer(Request& request) {
  try {
    co_return co_await service_.handler(request);
  } catch (const std::exception& error) {
    co_return reply_to_exception(request, error.what());
  } catch (...) {
    co_return reply_to_exception(request, "unknown exception");
  }
}

Task<Result<bool>> Connection::exchange(RequestHead head, std::int64_t started) {
  Request& request = head.request;
  identify(request);
  const std::uint64_t sent_before = transport_.bytes_sent();
  RequestBody body(transport_, input_, head.framing, head.expects_continue,
                   service_.limits.default_body_bytes, service_.limits.stall_seconds);
  request.body = &body;
  served_any_ = true;

  Reply reply = co_await answer(request);
  Loop& loop = transport_.loop();
  const bool keep_alive = body.can_be_skipped() && may_continue(head, reply) && !loop.draining();
  const ReplyContext context{.request_id = request.id,
                             .date = loop.date(request.received),
                             .http_1_0 = head.http_1_0,
                             .keep_alive = keep_alive};
  ReplyWriter writer(transport_, context, request.method);
  const Sent sent = co_await writer.send(reply);
  log_exchange({.request = request,
                .sent = sent,
                .detail = reply.log_detail,
                .bytes_sent = transport_.bytes_sent() - sent_before,
                .bytes_received = body.bytes_taken(),
                .duration_micros = Loop::ticks() - started});

  must_linger_ = sent.complete && (body.unread() || !input_.empty());
  if (!sent.complete || !keep_alive) co_return false;
  if (!co_await body.skip()) co_return false;
  must_linger_ = false;
  input_.shrink();
  if (++without_pause_ >= most_without_pause && !input_.empty()) {
    without_pause_ = 0;
    co_await loop.yield();
  }
  co_return true;
}

// For a request that never came to a handler.
Task<void> Connection::refuse(Error error) {
  Request request;
  identify(request);
  Reply reply = error_reply(error);
  const ReplyContext context{.request_id = request.id,
                             .date = transport_.loop().date(request.received),
                             .keep_alive = false};
  ReplyWriter writer(transport_, context, Method::get);
  const Sent sent = co_await writer.send(reply);
  log_exchange({.request = request, .sent = sent, .detail = reply.log_detail});
  must_linger_ = true;
}

}  // namespace kohaku::http
