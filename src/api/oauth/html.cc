#include "api/oauth/html.h"

#include "api/pages.gen.h"

namespace kohaku::api {
namespace {

void replace_all(std::string& text, const std::string& place, std::string_view value) {
  for (auto at = text.find(place); at != text.npos; at = text.find(place, at + value.size())) {
    text.replace(at, place.size(), value);
  }
}

std::string place_of(std::string_view name) { return "{{" + std::string(name) + "}}"; }

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '{': out += "&#123;"; break;  // a value must not hold another's place
      default: out.push_back(c);
    }
  }
  return out;
}

std::string fill_page(std::string_view name, std::initializer_list<PageValue> values) {
  std::string text(page(name));
  for (const auto& [place, value] : values) replace_all(text, place_of(place), escape_html(value));
  return text;
}

http::Reply page_reply(int status, std::string_view site, std::string_view title,
                       std::string_view body) {
  auto text = fill_page("device.html", {{"site", site}, {"title", title}});
  replace_all(text, place_of("body"), body);
  http::Reply reply;
  reply.status = status;
  reply.headers.set("Content-Type", "text/html; charset=utf-8");
  reply.headers.set("Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                    "base-uri 'none'; frame-ancestors 'none'");
  reply.headers.set("X-Frame-Options", "DENY");
  reply.headers.set("X-Content-Type-Options", "nosniff");
  // Not `no-referrer`: with it browsers send `Origin: null` from forms.
  reply.headers.set("Referrer-Policy", "same-origin");
  reply.headers.set("Cache-Control", "no-store");
  reply.body = std::move(text);
  return reply;
}

}  // namespace kohaku::api
