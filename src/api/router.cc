#include "api/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "api/browser.h"
#include "base/encoding.h"
#include "base/repo_path.h"

namespace kohaku::api {
namespace {

constexpr std::size_t most_segments = 256;

struct Segment {
  std::string_view raw;
  std::size_t begin = 0;  // in the raw path
  std::size_t end = 0;
};

// "/a/b/" → a, b. Doubled slashes give empty segments, which match nothing but a rest.
std::vector<Segment> split(std::string_view path) {
  std::vector<Segment> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  std::size_t begin = 1;
  while (!path.empty() && segments.size() <= most_segments) {
    const auto length = std::min(path.find('/'), path.size());
    segments.push_back({path.substr(0, length), begin, begin + length});
    begin += length + 1;
    path.remove_prefix(std::min(length + 1, path.size()));
  }
  return segments;
}

std::vector<std::string_view> split_pattern(std::string_view pattern) {
  std::vector<std::string_view> parts;
  for (const auto& segment : split(pattern)) parts.push_back(segment.raw);
  return parts;
}

bool is_repo_place(std::string_view part) { return part == "{repo}" || part == "{repo}.git"; }

}  // namespace

Routes& Routes::file(std::string path) {
  defaults_ = Route{};
  defaults_.file = std::move(path);
  return *this;
}

Routes& Routes::own() {
  defaults_.manner.hf_compatible = false;
  return *this;
}

Routes& Routes::in_place() {
  defaults_.manner.in_place = true;
  return *this;
}

Routes& Routes::asks_for_credentials() {
  defaults_.manner.asks_for_credentials = true;
  return *this;
}

Routes& Routes::tells(http::Reply (*tell)(const Error&)) {
  defaults_.manner.tell = tell;
  return *this;
}

namespace {

// The order in which placeholders are tried: what says most first.
int rank(std::string_view place) {
  if (place == "{type}s") return 0;
  if (place == "{repo}.git") return 1;
  if (place == "{repo}") return 2;
  return place.ends_with("...}") ? 4 : 3;
}

struct ByRank {
  bool operator()(std::string_view a, std::string_view b) const {
    return std::pair(rank(a), a) < std::pair(rank(b), b);
  }
};

}  // namespace

// A tree of segments. Text children are tried before placeholders; the first leaf that knows the
// path wins, whatever its method, so that a wrong method is 405 and not another route's answer.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> text;
  std::map<std::string, std::unique_ptr<Node>, ByRank> places;  // by the pattern's own word
  std::vector<const Route*> leaves;
};

struct Router::Found {
  const Route* route = nullptr;
  bool path_known = false;
  std::string allowed;  // methods of that path
  PathMatch match;
};

Router::Router(Routes routes, hub::Hub& hub)
    : routes_(routes.all()), root_(std::make_unique<Node>()), hub_(hub) {
  for (const auto& route : routes_) {
    Node* node = root_.get();
    for (const auto part : split_pattern(route.pattern)) {
      auto& child = part.find('{') == part.npos ? node->text[std::string(part)]
                                                : node->places[std::string(part)];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
    node->leaves.push_back(&route);
  }
}

Router::~Router() = default;

namespace {

// Depth-first search through the tree of patterns. Templated on the node, which is private.
template <class Node>
class Search {
 public:
  Search(const std::vector<Segment>& segments, http::Method method)
      : segments_(segments), method_(method) {}

  // Fills in `match` and gives the route, or nothing; `fallback_` keeps a leaf of another method.
  const Route* run(const Node& node, std::size_t at, PathMatch match) {
    if (at == segments_.size()) return leaf(node, std::move(match));
    const auto& segment = segments_[at];
    if (const auto child = node.text.find(segment.raw); child != node.text.end()) {
      if (const auto* route = run(*child->second, at + 1, match)) return route;
    }
    for (const auto& [place, child] : node.places) {
      if (const auto* route = enter(place, *child, at, match)) return route;
    }
    return nullptr;
  }

  PathMatch match;
  std::vector<const Route*> seen;  // leaves of the path with other methods

 private:
  const Route* leaf(const Node& node, PathMatch&& found) {
    const Route* get = nullptr;
    for (const auto* route : node.leaves) {
      if (route->method == method_) {
        match = std::move(found);
        return route;
      }
      if (route->method == http::Method::get) get = route;
      seen.push_back(route);
    }
    if (get != nullptr && method_ == http::Method::head) {
      match = std::move(found);
      return get;
    }
    return nullptr;
  }

  const Route* enter(std::string_view place, const Node& child, std::size_t at, PathMatch found) {
    const auto& segment = segments_[at];
    if (place == "{type}s") {
      found.type = repo_type_from_plural(segment.raw);
      return found.type ? run(child, at + 1, std::move(found)) : nullptr;
    }
    if (is_repo_place(place)) return enter_repo(place, child, at, std::move(found));
    if (place.ends_with("...}")) return enter_rest(child, at, std::move(found));
    auto value = percent_decode(segment.raw);
    if (!value || value->empty()) return nullptr;
    found.values.emplace_back(place.substr(1, place.size() - 2), std::move(*value));
    return run(child, at + 1, std::move(found));
  }

  const Route* enter_repo(std::string_view place, const Node& child, std::size_t at,
                          PathMatch found) {
    if (at + 1 >= segments_.size()) return nullptr;
    auto owner = percent_decode(segments_[at].raw);
    auto name = percent_decode(segments_[at + 1].raw);
    if (!owner || !name || owner->empty() || name->empty()) return nullptr;
    found.repo_begin = segments_[at].begin;
    found.repo_end = segments_[at + 1].end;
    if (place == "{repo}.git") {
      if (!name->ends_with(".git") || name->size() == 4) return nullptr;
      name->resize(name->size() - 4);
      found.repo_end -= 4;
    }
    found.repo = {std::move(*owner), std::move(*name)};
    return run(child, at + 2, std::move(found));
  }

  const Route* enter_rest(const Node& child, std::size_t at, PathMatch found) {
    for (auto i = at; i < segments_.size(); ++i) {
      auto value = percent_decode(segments_[i].raw);
      if (!value) return nullptr;
      found.rest.push_back(std::move(*value));
    }
    return run(child, segments_.size(), std::move(found));
  }

  const std::vector<Segment>& segments_;
  http::Method method_;
};

hub::Credentials credentials_of(const Call& call) {
  const auto& request = call.request;
  hub::Credentials credentials{.authorization = request.headers.get("Authorization"),
                               .session_cookie = cookie(request, session_cookie),
                               .address = request.peer_address};
  if (!credentials.session_cookie.empty()) {
    credentials.same_origin = is_from_our_page(request, call.base_url());
  }
  return credentials;
}

// Every segment decodes to UTF-8 without NUL; a path of plain ASCII does without a look.
bool is_well_formed(std::string_view path) {
  const bool plain = std::ranges::none_of(path, [](char c) { return c == '%' || (c & 0x80) != 0; });
  if (plain) return true;
  const auto decoded = percent_decode(path);
  return decoded && is_utf8(*decoded);
}

Error bad_credentials() {
  return {Code::bad_credentials, "Invalid credentials in Authorization header", {}};
}

}  // namespace

Router::Found Router::find(http::Method method, std::string_view raw_path) const {
  Found found;
  const auto segments = split(raw_path);
  if (segments.size() > most_segments) return found;
  Search<Node> search(segments, method);
  found.route = search.run(*root_, 0, {});
  found.match = std::move(search.match);
  found.path_known = found.route != nullptr || !search.seen.empty();
  for (const auto* route : search.seen) {
    const auto word = http::to_string(route->method);
    if (found.allowed.find(word) != found.allowed.npos) continue;
    found.allowed += fmt::format("{}{}", found.allowed.empty() ? "" : ", ", word);
  }
  return found;
}

Task<http::Reply> Router::handle(http::Request& request) const {
  if (!is_well_formed(request.path())) {
    co_return http::error_reply(
        {Code::bad_request, "The address is not valid: its percent encoding must give UTF-8.", {}});
  }
  auto found = find(request.method, request.path());
  if (found.route == nullptr) {
    if (!found.path_known) {
      co_return http::error_reply({Code::not_found, "There is nothing at this address.", {}});
    }
    auto reply = http::error_reply(
        {Code::method_not_allowed, "This address does not take this method.", {}});
    reply.headers.set("Allow", found.allowed);
    co_return reply;
  }
  Call call{request, hub_, std::move(found.match), Query(request.query()), {}, found.route->manner};
  const hub::Access access(hub_);
  const auto credentials = credentials_of(call);
  // A token or a cookie is looked up at once; a password is hashed elsewhere.
  auto caller = hub::Access::holds_password(credentials)
                    ? co_await access.identify_by_password(credentials)
                    : access.identify(credentials);
  if (!caller) co_return call.refuse(caller.error());
  if (caller->bad_credentials && call.manner.hf_compatible) {
    co_return call.refuse(bad_credentials());
  }
  call.caller = std::move(*caller);
  co_return co_await found.route->endpoint(call);
}

}  // namespace kohaku::api
