#include "api/paging.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/encoding.h"

namespace kohaku::api {
namespace {

// What would end the address early inside `<…>`.
void append_address(std::string& out, std::string_view raw) {
  for (const char c : raw) {
    if (c == '<' || c == '>' || c == '"' || c == ' ') {
      out += percent_encode(std::string_view(&c, 1));
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

std::string next_page_url(const Call& call, std::string_view cursor) {
  auto url = call.base_url();
  append_address(url, call.request.path());
  char separator = '?';
  auto query = call.request.query();
  while (!query.empty()) {
    const auto field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(field.size() + 1, query.size()));
    if (field.empty() || field.starts_with("cursor=")) continue;
    url.push_back(separator);
    append_address(url, field);
    separator = '&';
  }
  return fmt::format("{}{}cursor={}", url, separator, percent_encode(cursor));
}

void set_next_page(http::Reply& reply, const Call& call, std::string_view cursor) {
  if (cursor.empty()) return;
  reply.headers.set("Link", fmt::format("<{}>; rel=\"next\"", next_page_url(call, cursor)));
}

Result<std::string> page_cursor(const Call& call) {
  if (auto cursor = call.query.text("cursor")) return std::move(*cursor);
  const auto raw = call.request.query();
  if (!raw.starts_with("cursor=") && raw.find("&cursor=") == raw.npos) return "";
  return fail(Code::bad_request, "The cursor is not one that this list gave.");
}

Result<std::size_t> page_limit(const Call& call, std::size_t otherwise, std::size_t most) {
  const auto asked = TRY(call.query.integer("limit", static_cast<std::int64_t>(otherwise), 1,
                                            std::numeric_limits<std::int64_t>::max()));
  return std::min(static_cast<std::size_t>(asked), most);
}

}  // namespace kohaku::api
