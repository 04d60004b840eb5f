#include "http/request_head.h"

#include <algorithm>
#include <charconv>

#include <boost/beast/http/basic_parser.hpp>

#include "http/text.h"

namespace kohaku::http {

namespace {

namespace beast = boost::beast;

constexpr std::size_t most_target_bytes = 8 * 1024;
constexpr std::size_t most_fields = 128;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Method to_method(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get: return Method::get;
    case beast::http::verb::head: return Method::head;
    case beast::http::verb::post: return Method::post;
    case beast::http::verb::put: return Method::put;
    case beast::http::verb::patch: return Method::patch;
    case beast::http::verb::delete_: return Method::delete_;
    case beast::http::verb::options: return Method::options;
    default: return Method::other;
  }
}

bool tells_of_earlier_hop(std::string_view name) {
  constexpr std::string_view prefix = "X-Forwarded-";
  return equal_ignoring_case(name.substr(0, prefix.size()), prefix) ||
         equal_ignoring_case(name, "Forwarded") || equal_ignoring_case(name, "X-Real-IP");
}

// Collects fields straight into our own structures; Beast keeps nothing.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  HeadParser(RequestHead& head, bool from_trusted_proxy)
      : head_(head), from_trusted_proxy_(from_trusted_proxy) {
    header_limit(UINT32_MAX);  // HeadScanner has counted already
    body_limit(boost::none);   // and bodies are not read here
  }

  int hosts = 0;
  int content_lengths = 0;
  int transfer_encodings = 0;
  std::optional<Error> refusal;

 private:
  using string_view = beast::string_view;
  using error_code = beast::error_code;

  void refuse(error_code& ec, Code code, std::string message) {
    refusal = Error{code, std::move(message), {}};
    ec = beast::http::error::bad_field;
  }

  void on_request_impl(beast::http::verb verb, string_view method, string_view target, int version,
                       error_code& ec) override {
    if (target.size() > most_target_bytes) {
      return refuse(ec, Code::uri_too_long, "The request target is too long.");
    }
    head_.request.method = to_method(verb);
    head_.request.method_text.assign(method.data(), method.size());
    head_.request.target.assign(target.data(), target.size());
    head_.http_1_0 = version == 10;
  }

  void on_field_impl(beast::http::field field, string_view name, string_view value,
                     error_code& ec) override {
    if (head_.request.headers.size() >= most_fields) {
      return refuse(ec, Code::headers_too_large, "The request has too many header fields.");
    }
    if (field == beast::http::field::host) ++hosts;
    if (field == beast::http::field::content_length) ++content_lengths;
    if (field == beast::http::field::transfer_encoding) ++transfer_encodings;
    if (tells_of_earlier_hop(view(name))) {
      head_.request.forwarded = true;
      if (!from_trusted_proxy_) return;
    }
    if (field == beast::http::field::via) head_.request.forwarded = true;
    head_.request.headers.add(view(name), view(value));
  }

  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  RequestHead& head_;
  bool from_trusted_proxy_;
};

// `http://host/path` means `/path` on that host (RFC 9112, 3.2.2).
Result<> to_origin_form(Request& request) {
  std::string& target = request.target;
  if (target.starts_with('/') || (target == "*" && request.method == Method::options)) return {};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t end = std::min(target.find_first_of("/?", scheme.size()), target.size());
    request.headers.set("Host", target.substr(scheme.size(), end - scheme.size()));
    target.erase(0, end);
    if (!target.starts_with('/')) target.insert(0, 1, '/');
    return {};
  }
  return fail(Code::bad_request, "The request target must be a path.");
}

Result<Framing> framing_of(const HeadParser& parser, const RequestHead& head) {
  const Headers& headers = head.request.headers;
  if (parser.transfer_encodings > 0) {
    if (parser.transfer_encodings > 1 || parser.content_lengths > 0 || head.http_1_0 ||
        !equal_ignoring_case(trim(headers.get("Transfer-Encoding")), "chunked")) {
      return fail(Code::bad_request, "The length of the request body is ambiguous.");
    }
    return Framing{.chunked = true};
  }
  if (parser.content_lengths == 0) return Framing{};
  const std::string_view digits = trim(headers.get("Content-Length"));
  Framing framing;
  const auto end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, framing.length);
  if (parser.content_lengths > 1 || parsed.ec != std::errc() || parsed.ptr != end) {
    return fail(Code::bad_request, "The Content-Length is not one number.");
  }
  return framing;
}

Result<bool> expects_continue(const Headers& headers) {
  const std::string_view expect = headers.get("Expect");
  if (expect.empty()) return false;
  if (equal_ignoring_case(trim(expect), "100-continue")) return true;
  return fail(Code::bad_request, "The expectation is not understood.");
}

}  // namespace

Result<RequestHead> parse_head(std::string_view text, bool from_trusted_proxy) {
  RequestHead head;
  HeadParser parser(head, from_trusted_proxy);
  beast::error_code ec;
  parser.put({text.data(), text.size()}, ec);
  if (parser.refusal) return std::unexpected(std::move(*parser.refusal));
  if (ec || !parser.is_header_done()) {
    return fail(Code::bad_request, "The request could not be understood.", ec.message());
  }
  TRY(to_origin_form(head.request));
  if (parser.hosts > 1 || (parser.hosts == 0 && !head.http_1_0)) {
    return fail(Code::bad_request, "A request needs exactly one Host.");
  }
  head.framing = TRY(framing_of(parser, head));
  head.keep_alive = parser.keep_alive();
  // Only HTTP/1.1 knows interim answers.
  head.expects_continue = TRY(expects_continue(head.request.headers)) && !head.http_1_0;
  return head;
}

}  // namespace kohaku::http
