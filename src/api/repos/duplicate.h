// A copy of a repository under another name.
//
//   POST  /api/{type}s/{repo}/duplicate   {repository: "namespace/name", visibility?, private?}
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

struct DuplicateRepo {
  std::string repository;
  std::optional<std::string> visibility;
  std::optional<bool> private_;
};
BOOST_DESCRIBE_STRUCT(DuplicateRepo, (), (repository, visibility, private_))

// 409 with `url` when the name is taken.
Task<Result<http::Reply>> duplicate_repo(hub::SignedInWriter user, hub::ReadableContent repo,
                                         Call& call, Body<DuplicateRepo> wanted);

}  // namespace kohaku::api
