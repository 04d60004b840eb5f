#include "api/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <functional>
#include <tuple>
#include <unordered_map>
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

// Most paths fit without an allocation.
using Segments = boost::container::small_vector<Segment, 12>;

// "/a/b/" → a, b. Doubled slashes give empty segments, which match nothing but a rest.
Segments split(std::string_view path) {
  Segments segments;
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

// Of a path that is_well_formed(), so it cannot fail.
std::string decoded(const Segment& segment) {
  if (segment.raw.find('%') == segment.raw.npos) return std::string(segment.raw);
  return percent_decode(segment.raw).value_or(std::string());
}

// What a segment of a pattern stands for, in the order in which they are tried: what says most first.
enum class PlaceKind { types, type, repo_git, repo, one, rest };

PlaceKind kind_of(std::string_view place) {
  if (place == "{type}s") return PlaceKind::types;
  if (place == "{type}") return PlaceKind::type;
  if (place == "{repo}.git") return PlaceKind::repo_git;
  if (place == "{repo}") return PlaceKind::repo;
  return place.ends_with("...}") ? PlaceKind::rest : PlaceKind::one;
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

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

// A tree of segments. Text children are tried before placeholders; the first leaf that knows the
// path wins, whatever its method, so that a wrong method is 405 and not another route's answer.
struct Router::Node {
  struct Place {
    PlaceKind kind;
    std::string word;  // as the pattern has it
    std::unique_ptr<Node> node;
    auto order() const { return std::tie(kind, word); }
  };

  std::unordered_map<std::string, std::unique_ptr<Node>, TextHash, std::equal_to<>> text;
  std::vector<Place> places;  // in order
  std::vector<const Route*> leaves;

  Node& child(std::string_view part) {
    if (part.find('{') == part.npos) {
      auto& found = text[std::string(part)];
      if (!found) found = std::make_unique<Node>();
      return *found;
    }
    Place wanted{kind_of(part), std::string(part), nullptr};
    auto found = std::ranges::lower_bound(places, wanted.order(), {}, &Place::order);
    if (found == places.end() || found->word != part) {
      wanted.node = std::make_unique<Node>();
      found = places.insert(found, std::move(wanted));
    }
    return *found->node;
  }
};

struct Router::Found {
  const Route* route = nullptr;
  std::string allowed;  // without a route: the methods of that path, if it is one
  PathMatch match;
};

Router::Router(const Routes& routes, hub::Hub& hub)
    : routes_(routes.all()), root_(std::make_unique<Node>()), hub_(hub) {
  for (const auto& route : routes_) {
    Node* node = root_.get();
    for (const auto& segment : split(route.pattern)) node = &node->child(segment.raw);
    node->leaves.push_back(&route);
  }
}

Router::~Router() = default;

namespace {

// Depth-first search through the tree of patterns. Templated on the node, which is private.
template <class Node>
class Search {
 public:
  Search(const Segments& segments, http::Method method) : segments_(segments), method_(method) {}

  // The route, or nothing. `match` is filled in on the way back from the leaf that was found.
  const Route* run(const Node& node, std::size_t at = 0) {
    if (at == segments_.size()) return leaf(node);
    if (const auto child = node.text.find(segments_[at].raw); child != node.text.end()) {
      if (const auto* route = run(*child->second, at + 1)) return route;
    }
    for (const auto& place : node.places) {
      if (const auto* route = enter(place, at)) return route;
    }
    return nullptr;
  }

  PathMatch match;
  std::vector<const Route*> others;  // of the path, but of other methods

 private:
  using Place = typename Node::Place;

  const Route* leaf(const Node& node) {
    const Route* get = nullptr;
    for (const auto* route : node.leaves) {
      if (route->method == method_) return route;
      if (route->method == http::Method::get) get = route;
    }
    if (get != nullptr && method_ == http::Method::head) return get;
    others.insert(others.end(), node.leaves.begin(), node.leaves.end());
    return nullptr;
  }

  const Route* enter(const Place& place, std::size_t at) {
    switch (place.kind) {
      case PlaceKind::types:
        return enter_type(*place.node, at, repo_type_from_plural(segments_[at].raw));
      case PlaceKind::type: return enter_type(*place.node, at, repo_type_from(segments_[at].raw));
      case PlaceKind::repo_git: return enter_repo(*place.node, at, ".git");
      case PlaceKind::repo: return enter_repo(*place.node, at, "");
      case PlaceKind::one: return enter_one(place, at);
      case PlaceKind::rest: return enter_rest(*place.node, at);
    }
    return nullptr;
  }

  const Route* enter_type(const Node& node, std::size_t at, std::optional<RepoType> type) {
    const auto* route = type ? run(node, at + 1) : nullptr;
    if (route) match.type = type;
    return route;
  }

  const Route* enter_one(const Place& place, std::size_t at) {
    if (segments_[at].raw.empty()) return nullptr;
    const auto* route = run(*place.node, at + 1);
    if (route) {
      const auto word = std::string_view(place.word);
      match.values.emplace_back(word.substr(1, word.size() - 2), decoded(segments_[at]));
    }
    return route;
  }

  const Route* enter_repo(const Node& node, std::size_t at, std::string_view suffix) {
    if (at + 1 >= segments_.size()) return nullptr;
    const auto& owner = segments_[at];
    const auto& name = segments_[at + 1];
    if (owner.raw.empty() || name.raw.size() <= suffix.size() || !name.raw.ends_with(suffix)) {
      return nullptr;
    }
    const auto* route = run(node, at + 2);
    if (route) {
      match.repo = {decoded(owner), decoded(name)};
      match.repo.name.resize(match.repo.name.size() - suffix.size());
      match.repo_begin = owner.begin;
      match.repo_end = name.end - suffix.size();
    }
    return route;
  }

  const Route* enter_rest(const Node& node, std::size_t at) {
    const auto* route = run(node, segments_.size());
    if (route) {
      match.rest.reserve(segments_.size() - at);
      for (; at < segments_.size(); ++at) match.rest.push_back(decoded(segments_[at]));
    }
    return route;
  }

  const Segments& segments_;
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
  found.route = search.run(*root_);
  found.match = std::move(search.match);
  if (found.route != nullptr) return found;
  for (const auto* route : search.others) {
    const auto word = http::to_string(route->method);
    if (found.allowed.find(word) != found.allowed.npos) continue;
    found.allowed += fmt::format("{}{}", found.allowed.empty() ? "" : ", ", word);
  }
  return found;
}

namespace {

Task<http::Reply> ready(http::Reply reply) { co_return reply; }

Task<http::Reply> nothing_here(std::string_view allowed) {
  if (allowed.empty()) {
    return ready(http::error_reply({Code::not_found, "There is nothing at this address.", {}}));
  }
  auto reply =
      http::error_reply({Code::method_not_allowed, "This address does not take this method.", {}});
  reply.headers.set("Allow", allowed);
  return ready(std::move(reply));
}

Task<http::Reply> enter(const Route& route, Call&& call, Result<hub::Caller>&& caller) {
  if (!caller) return ready(call.refuse(caller.error()));
  if (caller->bad_credentials && route.manner.hf_compatible) {
    return ready(call.refuse(bad_credentials()));
  }
  call.caller = std::move(*caller);
  return route.endpoint(std::move(call));
}

// A password is hashed on threads of its own.
Task<http::Reply> enter_by_password(const Route& route, Call call) {
  auto caller = co_await hub::Access(call.hub).identify_by_password(credentials_of(call));
  co_return co_await enter(route, std::move(call), std::move(caller));
}

}  // namespace

// Not a coroutine itself: each of them costs every request a frame.
Task<http::Reply> Router::handle(http::Request& request) const {
  if (!is_well_formed(request.path())) {
    return ready(
        http::error_reply({Code::bad_request,
                           "The address is not valid: its percent encoding must give UTF-8.",
                           {}}));
  }
  auto found = find(request.method, request.path());
  if (found.route == nullptr) return nothing_here(found.allowed);
  request.route = found.route->pattern;
  Call call{request, hub_, std::move(found.match), Query(request.query()), {}, found.route->manner};
  const auto credentials = credentials_of(call);
  if (hub::Access::holds_password(credentials)) {
    return enter_by_password(*found.route, std::move(call));
  }
  auto caller = hub::Access(hub_).identify(credentials);
  return enter(*found.route, std::move(call), std::move(caller));
}

}  // namespace kohaku::api
