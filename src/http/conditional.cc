#include "http/conditional.h"

#include <algorithm>

#include "http/text.h"

namespace kohaku::http {

namespace {

bool is_weak(std::string_view tag) { return tag.starts_with("W/"); }

std::string_view opaque(std::string_view tag) { return is_weak(tag) ? tag.substr(2) : tag; }

// Takes one entity tag off the front of a list. A comma may stand inside the quotes.
std::string_view take_tag(std::string_view& list) {
  list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
  const std::size_t open = list.find('"');
  const std::size_t comma = list.find(',');
  std::size_t end = std::min(comma, list.size());
  if (open < end) {
    const std::size_t close = list.find('"', open + 1);
    end = close == std::string_view::npos ? list.size() : close + 1;
  }
  const std::string_view tag = trim(list.substr(0, end));
  list.remove_prefix(end);
  return tag;
}

template <class Same>
bool any_tag(const Headers& headers, std::string_view field, Same same) {
  for (const auto& [name, value, line] : headers.fields()) {
    if (!equal_ignoring_case(name, field)) continue;
    std::string_view list = value;
    if (trim(list) == "*") return true;
    while (!list.empty()) {
      if (const std::string_view tag = take_tag(list); !tag.empty() && same(tag)) return true;
    }
  }
  return false;
}

}  // namespace

bool not_modified(const Headers& request, std::string_view etag) {
  return any_tag(request, "If-None-Match",
                 [&](std::string_view tag) { return opaque(tag) == opaque(etag); });
}

bool precondition_failed(const Headers& request, std::string_view etag) {
  if (!request.has("If-Match")) return false;
  return !any_tag(request, "If-Match",
                  [&](std::string_view tag) { return tag == etag && !is_weak(etag); });
}

bool range_applies(const Headers& request, std::string_view etag) {
  if (!request.has("If-Range")) return true;
  return trim(request.get("If-Range")) == etag && !is_weak(etag);
}

}  // namespace kohaku::http
