// What creating and duplicating have in common on the wire.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "api/call.h"
#include "base/repo_name.h"

namespace kohaku::api {

struct CreatedRepo {
  std::string url;
  std::string name;
  std::string id;
  std::string repo_id;
};
BOOST_DESCRIBE_STRUCT(CreatedRepo, (), (url, name, id, repo_id))

// Where a request wants a repository to be.
struct RepoTarget {
  RepoType type = RepoType::model;
  std::string owner;
  std::string name;
};

// `name` may hold the namespace ("org/name"); else it is `organization`, else the caller's own.
Result<RepoTarget> parse_target(const hub::User& user, const std::string& name,
                                const std::optional<std::string>& organization, RepoType type);

// "model" when missing.
Result<RepoType> parse_type(const std::optional<std::string>& type);

// Nothing when neither field was given.
Result<std::optional<bool>> parse_private(const std::optional<std::string>& visibility,
                                          std::optional<bool> make_private);

// 200 with the new repository's address; for a taken name 409 with the address of what is in the
// way; any other failure as it is.
Result<http::Reply> new_repo_reply(const Call& call, const RepoTarget& target,
                                   const Result<hub::Repo>& made);

}  // namespace kohaku::api
