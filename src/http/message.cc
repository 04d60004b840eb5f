#include "http/message.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "http/text.h"

namespace kohaku::http {

namespace {

constexpr std::string_view separator = ": ";
constexpr std::string_view line_end = "\r\n";

constexpr std::size_t line_bytes(std::size_t name, std::size_t value) {
  return name + separator.size() + value + line_end.size();
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
}

// Without a branch in the loop, so that the compiler takes many bytes at once.
bool has_control(std::string_view text) {
  bool found = false;
  for (const char c : text) found |= is_control(c);
  return found;
}

char* put(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// Most names already differ in length.
auto is_named(const std::string& lines, std::string_view name) {
  return [&lines, name](const auto& place) {
    return place.name == name.size() &&
           equal_letters(std::string_view(lines).substr(place.begin, place.name), name);
  };
}

}  // namespace

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

Headers::Field Headers::at(const Place& place) const {
  const std::string_view text(lines_);
  return {.name = text.substr(place.begin, place.name),
          .value = text.substr(place.begin + place.name + separator.size(), place.value),
          .line = text.substr(place.begin, line_bytes(place.name, place.value))};
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
  if (places_.capacity() == 0) {  // enough for a usual request or reply
    places_.reserve(16);
    lines_.reserve(512);
  }
  const std::size_t begin = lines_.size();
  const std::size_t end = begin + line_bytes(name.size(), value.size());
  lines_.resize_and_overwrite(end, [&](char* lines, std::size_t) {
    char* const text = put(separator, put(name, lines + begin));
    char* const text_end = put(value, text);
    if (has_control(value)) std::replace_if(text, text_end, is_control, ' ');
    put(line_end, text_end);
    return end;
  });
  places_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
}

std::string_view Headers::get(std::string_view name) const {
  const auto found = std::ranges::find_if(places_, is_named(lines_, name));
  return found == places_.end() ? std::string_view() : at(*found).value;
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(places_, is_named(lines_, name));
}

// The text stays where it is until the message ends.
void Headers::remove(std::string_view name) { std::erase_if(places_, is_named(lines_, name)); }

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

// A full quota has KohakuHub's own shape.
std::string error_body(const Error& error) {
  const std::string quoted = json_quote(error.message);
  if (error.code == Code::quota_exceeded) {
    return fmt::format(R"({{"error":"Storage quota exceeded","message":{0},"detail":{0}}})",
                       quoted);
  }
  return fmt::format(R"({{"error":{0},"detail":{0}}})", quoted);
}

Reply error_reply(const Error& error) {
  const CodeEntry entry = code_entry(error.code);
  Reply reply = json_reply(entry.status, error_body(error));
  reply.headers.add("X-Error-Code", entry.error_code);
  reply.headers.add("X-Error-Message", header_text(error.message));
  set_retry_after(reply.headers, error);
  if (entry.status == 401) reply.headers.add("WWW-Authenticate", "Bearer realm=\"KohakuHub\"");
  reply.log_detail = error.detail.empty() ? error.message : error.detail;
  return reply;
}

}  // namespace kohaku::http
