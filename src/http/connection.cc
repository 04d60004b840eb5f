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
  if (!head.keep_alive || equal_ignoring_case(reply.headers.get("Connection"), "close"))
    return false;
  const BodyPlan plan = plan_body(reply, head.request.method, head.http_1_0);
  return plan.ending != BodyPlan::Ending::close;
}

class UnderWay {
 public:
  explicit UnderWay(std::atomic<int>& count) : count_(count) { ++count_; }
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  std::atomic<int>& count_;
};

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
      peer_text_(to_string(peer)),
      from_trusted_proxy_(service.proxies.contains(peer)) {}

Connection::~Connection() {
  --transport_.loop().load;
  --service_.connections;
}

Task<void> Connection::serve() {
  bool goes_on = true;
  while (goes_on) {
    Result<std::size_t> length = co_await await_head();
    if (length && *length == 0) break;
    const std::int64_t started = Loop::ticks();
    Result<RequestHead> head =
        length ? parse_head(input_.unused().substr(0, *length), from_trusted_proxy_)
               : std::unexpected(length.error());
    if (!head) {
      co_await refuse(std::move(head).error());
      break;
    }
    input_.consume(*length);
    goes_on = co_await exchange(*head, started);
  }
  if (must_linger_) co_await transport_.linger();
}

Task<Result<std::size_t>> Connection::await_head() {
  HeadScanner scanner;
  std::int64_t deadline = 0;  // from the first byte on
  bool begun = false;
  while (true) {
    // Empty lines before a request are forgiven (RFC 9112, 2.2).
    while (!begun && input_.unused().starts_with("\r\n")) input_.consume(2);
    begun = begun || (!input_.empty() && input_.unused() != "\r");
    if (begun) {
      const auto length = CO_TRY(scanner.scan(input_.unused(), service_.limits.header_bytes));
      if (length) co_return *length;
    }
    if (!input_.empty() && deadline == 0) {
      deadline = Loop::after_seconds(service_.limits.header_seconds);
    }
    without_pause_ = 0;
    make_room();
    const bool idle = deadline == 0;
    Result<std::size_t> count = co_await transport_.receive(
        input_.space(), idle ? Loop::after_seconds(service_.limits.idle_seconds) : deadline,
        !idle         ? Transport::Idle::no
        : served_any_ ? Transport::Idle::kept
                      : Transport::Idle::fresh);
    if (!CO_TRY(take_in(std::move(count), idle))) co_return std::size_t{0};
  }
}

void Connection::make_room() {
  if (!input_.space().empty()) return;
  // One byte more than allowed shows that it is too long.
  input_.grow(std::min<std::size_t>(input_.capacity() * 4, service_.limits.header_bytes + 1));
}

Result<bool> Connection::take_in(Result<std::size_t> count, bool idle) {
  if (!count && count.error().code == Code::request_timeout && !idle) {
    return fail(Code::request_timeout, "The request header took too long.");
  }
  if (!count && count.error().code == Code::unavailable) {
    count = transport_.receive_now(input_.space());  // it may have asked in this very moment
  }
  if (!count || *count == 0) return false;
  input_.filled(*count);
  return true;
}

void Connection::identify(Request& request) {
  Loop& loop = transport_.loop();
  request.id = choose_request_id(request.headers, loop.random(), loop.random());
  request.received = service_.clock.now();
  request.peer_address = from_trusted_proxy_
                             ? to_string(client_behind(service_.proxies, peer_, request.headers))
                             : peer_text_;
}

Task<bool> Connection::exchange(RequestHead& head, std::int64_t started) {
  Request& request = head.request;
  identify(request);
  const UnderWay under_way(transport_.loop().requests_in_flight);
  RequestBody body(transport_, input_, head.framing, head.expects_continue,
                   service_.limits.default_body_bytes, service_.limits.stall_seconds);
  request.body = &body;
  served_any_ = true;

  Reply reply;
  try {
    reply = co_await service_.handler(request);
  } catch (const std::exception& error) {
    reply = reply_to_exception(request, error.what());
  } catch (...) {
    reply = reply_to_exception(request, "unknown exception");
  }
  Loop& loop = transport_.loop();
  const bool keep_alive = body.can_be_skipped() && may_continue(head, reply) && !loop.draining();
  const ReplyContext context{.request_id = request.id,
                             .date = loop.date(request.received),
                             .http_1_0 = head.http_1_0,
                             .keep_alive = keep_alive};
  ReplyWriter writer(transport_, context, request.method);
  if (!writer.send_now(reply)) co_await writer.send_rest(reply);
  const Sent& sent = writer.sent();
  log(request, sent, reply, started, body.bytes_taken());

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

void Connection::log(const Request& request, const Sent& sent, const Reply& reply,
                     std::int64_t started, std::uint64_t received) {
  const std::uint64_t total = transport_.bytes_sent();
  const Exchange exchange{.request = request,
                          .sent = sent,
                          .detail = reply.log_detail,
                          .bytes_sent = total - std::exchange(bytes_logged_, total),
                          .bytes_received = received,
                          .duration_micros = Loop::ticks() - started};
  transport_.loop().meter.count(service_.traffic, exchange);
  log_exchange(exchange);
}

// For a request that never came to a handler.
Task<void> Connection::refuse(Error error) {
  Request request;
  request.method = Method::other;  // not known
  identify(request);
  Reply reply = error_reply(error);
  const ReplyContext context{.request_id = request.id,
                             .date = transport_.loop().date(request.received),
                             .keep_alive = false};
  ReplyWriter writer(transport_, context, Method::get);
  if (!writer.send_now(reply)) co_await writer.send_rest(reply);
  log(request, writer.sent(), reply, Loop::ticks(), 0);
  must_linger_ = true;
}

}  // namespace kohaku::http
