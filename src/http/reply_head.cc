#include "http/reply_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/text.h"

namespace kohaku::http {

namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// Fields that the server writes itself, whatever a handler says.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 6> ours{
      "Content-Length", "Transfer-Encoding", "Connection", "Date", "Server", "X-Request-Id"};
  return std::ranges::any_of(ours, [&](auto field) { return equal_ignoring_case(field, name); });
}

std::optional<std::uint64_t> length_of(const Reply& reply) {
  if (const auto* text = std::get_if<std::string>(&reply.body)) return text->size();
  if (const auto* file = std::get_if<FileBody>(&reply.body)) return file->length;
  if (const auto* stream = std::get_if<StreamBody>(&reply.body)) return stream->length;
  return std::get<NoBody>(reply.body).length;
}

void append_framing(std::string& out, const BodyPlan& plan) {
  if (plan.ending == BodyPlan::Ending::chunked) out += "Transfer-Encoding: chunked\r\n";
  if (plan.ending != BodyPlan::Ending::length) return;
  out += "Content-Length: ";
  append_number(out, plan.length);
  out += "\r\n";
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

BodyPlan plan_body(const Reply& reply, Method method, bool http_1_0) {
  using Ending = BodyPlan::Ending;
  const std::optional<std::uint64_t> length = length_of(reply);
  const bool has_none = std::holds_alternative<NoBody>(reply.body);
  if (reply.status == 204) return {};
  if (method == Method::head || reply.status == 304) {
    // A 304 from a handler that gave no body knows nothing of the length of the whole.
    const bool told = length && (reply.status != 304 || *length > 0);
    return {.ending = told ? Ending::length : Ending::none, .length = told ? *length : 0};
  }
  if (has_none) return {.ending = Ending::length, .length = 0};
  if (length) return {.sends_body = true, .ending = Ending::length, .length = *length};
  return {.sends_body = true, .ending = http_1_0 ? Ending::close : Ending::chunked};
}

void append_head(std::string& out, const Reply& reply, const BodyPlan& plan,
                 const ReplyContext& context) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(reply.status));
  out += ' ';
  out += reason_phrase(reply.status);
  out += "\r\nServer: KohakuHub\r\nDate: ";
  out += context.date;
  out += "\r\n";
  out += "X-Request-Id: ";
  out += context.request_id;
  out += "\r\n";
  append_framing(out, plan);
  if (!context.keep_alive || plan.ending == BodyPlan::Ending::close) {
    out += "Connection: close\r\n";
  } else if (context.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  for (const auto& field : reply.headers.fields()) {
    if (!is_ours(field.name)) out += field.line;
  }
  out += "\r\n";
}

}  // namespace kohaku::http
