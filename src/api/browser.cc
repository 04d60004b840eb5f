#include "api/browser.h"

#include <algorithm>

namespace kohaku::api {

std::string_view cookie(const http::Request& request, std::string_view name) {
  auto header = request.headers.get("Cookie");
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    auto pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

bool is_from_our_page(const http::Request& request, std::string_view base) {
  const auto site = request.headers.get("Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  return request.headers.get("Origin") == base;
}

bool is_from_foreign_page(const http::Request& request, std::string_view base) {
  const bool says_something =
      request.headers.has("Sec-Fetch-Site") || request.headers.has("Origin");
  return says_something && !is_from_our_page(request, base);
}

bool is_preview(const http::Request& request) {
  return request.headers.get("Sec-Fetch-Site") == "same-origin" &&
         request.headers.get("Sec-Fetch-Mode") != "navigate";
}

}  // namespace kohaku::api
