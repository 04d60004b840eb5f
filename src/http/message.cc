#include "http/message.h"

#include <algorithm>

#include <fmt/format.h>

#include "http/text.h"

namespace kohaku::http {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::delete_: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
  }
  return "OTHER";
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(name, std::move(value));
}

void Headers::add(std::string_view name, std::string value) {
  if (fields_.capacity() == 0) fields_.reserve(12);  // one allocation for a usual request or reply
  fields_.emplace_back(name, std::move(value));
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equal_ignoring_case(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(
      fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

Task<Result<std::string>> read_text(BodyReader& body, std::uint64_t most) {
  body.set_limit(most);
  std::string text;
  if (body.declared_length()) {
    // A lying length must not reserve memory that never fills.
    text.reserve(std::min({*body.declared_length(), most, std::uint64_t{1} << 20}));
  }
  while (true) {
    const Bytes piece = CO_TRY(co_await body.read());
    if (piece.empty()) co_return text;
    text.append(as_text(piece));
  }
}

Reply json_reply(int status, std::string json) {
  Reply reply;
  reply.status = status;
  reply.headers.add("Content-Type", "application/json");
  reply.body = std::move(json);
  return reply;
}

void set_retry_after(Headers& headers, const Error& error) {
  if (error.retry_after_seconds <= 0) return;
  headers.set("Retry-After", std::to_string(error.retry_after_seconds));
}

Reply error_reply(const Error& error) {
  const CodeEntry entry = code_entry(error.code);
  const std::string quoted = json_quote(error.message);
  Reply reply = json_reply(entry.status, fmt::format("{{\"error\":{0},\"detail\":{0}}}", quoted));
  reply.headers.add("X-Error-Code", std::string(entry.error_code));
  reply.headers.add("X-Error-Message", header_text(error.message));
  set_retry_after(reply.headers, error);
  if (entry.status == 401) reply.headers.add("WWW-Authenticate", "Bearer realm=\"KohakuHub\"");
  reply.log_detail = error.detail.empty() ? error.message : error.detail;
  return reply;
}

}  // namespace kohaku::http
