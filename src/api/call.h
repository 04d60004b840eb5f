// One call of an endpoint: the request, what the route's pattern matched, and where answers point.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/repo_name.h"
#include "base/result.h"
#include "http/message.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "stats/event.h"

namespace kohaku::api {

// The query string, decoded. `expand=a`, `expand[]=a` and `expand=a&expand=b` are one list.
class Query {
 public:
  explicit Query(std::string_view raw);

  std::optional<std::string> text(std::string_view name) const;  // the first value
  std::vector<std::string> list(std::string_view name) const;    // `name` and `name[]`
  bool has(std::string_view name) const;
  // "true", "1" and "" (present) are true; "false" and "0" false; bad_request for others.
  Result<bool> boolean(std::string_view name, bool otherwise) const;
  // bad_request unless a number between least and most.
  Result<std::int64_t> integer(std::string_view name, std::int64_t otherwise, std::int64_t least,
                               std::int64_t most) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// What a pattern's placeholders matched, decoded segment by segment.
struct PathMatch {
  std::optional<RepoType> type;  // {type}s or {type}; a path without it is a model's
  RepoName repo;                 // {repo}: two segments
  std::size_t repo_begin = 0;    // where they stand in the raw path
  std::size_t repo_end = 0;
  std::vector<std::pair<std::string_view, std::string>> values;  // {rev}, {branch}, {user}, …
  std::vector<std::string> rest;  // {path...}: the remaining segments

  std::string_view value(std::string_view name) const;  // "" when the pattern has no such place
  std::string rest_path() const;                        // rest joined by `/`
  RepoType repo_type() const { return type.value_or(RepoType::model); }
};

// How a route differs from most; its list of routes says so.
struct Manner {
  bool hf_compatible = true;  // bad credentials are a 401 here; on our own routes they are nobody's
  bool in_place = false;      // an old repository name is served, not redirected (git, LFS)
  // Whom a sign-in might help gets 401 with a challenge for Basic: git and git-lfs give the
  // credentials they have only then (decision 27).
  bool asks_for_credentials = false;
  http::Reply (*tell)(const Error&) = &http::error_reply;  // how an error is written
  std::optional<stats::Door> door;  // its calls have to do with downloads (api/download_event.h)
};

struct Call {
  http::Request& request;
  hub::Hub& hub;
  PathMatch path;
  Query query;
  hub::Caller caller;
  Manner manner;
  std::shared_ptr<stats::Event> download = {};  // see api/download_event.h; often null

  // Scheme and host every absolute URL of the answer begins with; no trailing slash. The one place.
  std::string base_url() const;
  // {base}/{datasets/}{owner}/{name}
  std::string repo_url(const hub::Repo& repo) const;
  // The answer to a failure, as this route tells it.
  http::Reply refuse(const Error& error) const;
};

}  // namespace kohaku::api
