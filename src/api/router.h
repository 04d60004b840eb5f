// Finds the endpoint for a method and a raw path.
//
// A pattern is a path whose segments are text, or
//   {type}s     models, datasets or spaces
//   {type}      model, dataset or space
//   {repo}      two segments, a repository's namespace and name
//   {repo}.git  the same, the name ending in `.git`
//   {name}      any one segment, decoded
//   {path...}   one or more remaining segments, each decoded (last in the pattern)
// Matching is on the raw path: `%2F` stays inside its segment. Text wins over placeholders.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoint.h"
#include "http/message.h"
#include "hub/hub.h"

namespace kohaku::api {

struct Route {
  http::Method method = http::Method::get;
  std::string pattern;
  Endpoint endpoint = nullptr;
  std::string permission;
  std::string file;  // below src/
  Manner manner;
};

// The list of routes as routes.cc writes it: file(), then the routes that this file serves.
class Routes {
 public:
  Routes& file(std::string path);  // "api/auth/tokens.cc"; for the routes that follow
  // Of the routes of this file that follow: see Manner.
  Routes& own();  // ours, not HF's
  Routes& in_place();
  Routes& asks_for_credentials();
  Routes& tells(http::Reply (*tell)(const Error&));
  Routes& counts(stats::Door door);

  template <auto Handler>
  Routes& get(std::string pattern) {
    return add<Handler>(http::Method::get, std::move(pattern));
  }
  template <auto Handler>
  Routes& head(std::string pattern) {
    return add<Handler>(http::Method::head, std::move(pattern));
  }
  template <auto Handler>
  Routes& post(std::string pattern) {
    return add<Handler>(http::Method::post, std::move(pattern));
  }
  template <auto Handler>
  Routes& put(std::string pattern) {
    return add<Handler>(http::Method::put, std::move(pattern));
  }
  template <auto Handler>
  Routes& patch(std::string pattern) {
    return add<Handler>(http::Method::patch, std::move(pattern));
  }
  template <auto Handler>
  Routes& remove(std::string pattern) {
    return add<Handler>(http::Method::delete_, std::move(pattern));
  }

  const std::vector<Route>& all() const { return routes_; }

 private:
  template <auto Handler>
  Routes& add(http::Method method, std::string pattern) {
    using Bound = BoundHandler<Handler>;
    Route route = defaults_;
    route.method = method;
    route.pattern = std::move(pattern);
    route.endpoint = &Bound::call;
    route.permission = Bound::permission();
    routes_.push_back(std::move(route));
    return *this;
  }

  Route defaults_;
  std::vector<Route> routes_;
};

// Every route of the hub (routes.cc).
Routes all_routes();

class Router {
 public:
  // `hub` must outlive the router.
  Router(const Routes& routes, hub::Hub& hub);
  ~Router();

  // Any number at once. HEAD falls back on GET. 404 and 405 are JSON like every other error.
  Task<http::Reply> handle(http::Request& request) const;

 private:
  struct Node;
  struct Found;
  Found find(http::Method method, std::string_view raw_path) const;

  std::vector<Route> routes_;
  std::unique_ptr<Node> root_;
  hub::Hub& hub_;
};

}  // namespace kohaku::api
