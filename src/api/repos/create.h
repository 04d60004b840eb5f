// Making, removing and moving repositories.
//
//   POST    /api/repos/create   {name, organization?, type?, private?, visibility?, sdk?, license?, files?}
//   DELETE  /api/repos/delete   {name, organization?, type?}
//   POST    /api/repos/move     {fromRepo, toRepo, type?}
// `name` may hold the namespace as well ("org/name"); without one it is the caller's own.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/endpoint.h"
#include "base/task.h"

namespace kohaku::api {

struct CreateFile {
  std::string path;
  std::string content;
  std::optional<std::string> encoding;  // "base64" or "utf-8"
};
BOOST_DESCRIBE_STRUCT(CreateFile, (), (path, content, encoding))

struct CreateRepo {
  static constexpr std::uint64_t most_body_bytes = 16 << 20;  // for `files`
  std::string name;
  std::optional<std::string> organization;
  std::optional<std::string> type;
  std::optional<bool> private_;
  std::optional<std::string> visibility;  // "public" or "private"
  std::optional<std::string> sdk;
  std::optional<std::string> license;  // makes a README.md that says so
  std::optional<std::vector<CreateFile>> files;
};
BOOST_DESCRIBE_STRUCT(CreateRepo, (),
                      (name, organization, type, private_, visibility, sdk, license, files))

struct DeleteRepo {
  std::string name;
  std::optional<std::string> organization;
  std::optional<std::string> type;
};
BOOST_DESCRIBE_STRUCT(DeleteRepo, (), (name, organization, type))

struct MoveRepo {
  std::string fromRepo;
  std::string toRepo;
  std::optional<std::string> type;
};
BOOST_DESCRIBE_STRUCT(MoveRepo, (), (fromRepo, toRepo, type))

// 409 with `url` when the name is taken and the caller may see by what.
Task<Result<http::Reply>> create_repo(hub::SignedInWriter user, Call& call,
                                      Body<CreateRepo> wanted);
Task<Result<http::Reply>> delete_repo(hub::SignedInWriter user, Call& call, Body<DeleteRepo> named);
Task<Result<http::Reply>> move_repo(hub::SignedInWriter user, Call& call, Body<MoveRepo> named);

}  // namespace kohaku::api
