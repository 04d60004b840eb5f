// Squashing the default branch of a repository named in the body.
//
//   POST /api/repos/squash   {repo: "namespace/name", type?}
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

struct SquashRepo {
  std::string repo;
  std::optional<std::string> type;
};
BOOST_DESCRIBE_STRUCT(SquashRepo, (), (repo, type))

Task<Result<http::Reply>> squash_repo(hub::SignedInWriter user, Call& call, Body<SquashRepo> named);

}  // namespace kohaku::api
