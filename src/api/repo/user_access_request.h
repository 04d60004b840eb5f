// The admins' side of a gate: who asked for access to a repository, and what they are told.
//
//   GET   /api/{type}s/{repo}/user-access-request/{status}  pending, accepted or rejected; in pages
//   POST  /api/{type}s/{repo}/user-access-request/handle    {user | requestId, status, rejectionReason?}
//   POST  /api/{type}s/{repo}/user-access-request/grant     {user}: access for one who did not ask
//
// A decision that changes nothing is an error: 404 for `handle`, 400 for `grant`.
#pragma once

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "api/call.h"
#include "api/endpoint.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/access.h"

namespace kohaku::api {

struct RequesterItem {
  std::string user;
  std::string fullname;
  Omittable<std::string> email;
  std::string avatarUrl;
  std::string type = "user";
};
BOOST_DESCRIBE_STRUCT(RequesterItem, (), (user, fullname, email, avatarUrl, type))

struct ReviewerItem {
  std::string user;
};
BOOST_DESCRIBE_STRUCT(ReviewerItem, (), (user))

struct AccessRequestItem {
  std::string requestId;
  RequesterItem user;
  std::string status;
  Micros timestamp;
  Omittable<Micros> reviewedAt;
  Omittable<ReviewerItem> grantedBy;  // of accepted ones
  Omittable<boost::json::value> fields;
};
BOOST_DESCRIBE_STRUCT(AccessRequestItem, (),
                      (requestId, user, status, timestamp, reviewedAt, grantedBy, fields))

struct HandleRequest {
  std::optional<std::string> user;
  std::optional<std::string> requestId;
  std::string status;
  std::optional<std::string> rejectionReason;
};
BOOST_DESCRIBE_STRUCT(HandleRequest, (), (user, requestId, status, rejectionReason))

struct GrantRequest {
  std::string user;
};
BOOST_DESCRIBE_STRUCT(GrantRequest, (), (user))

Result<http::Reply> list_access_requests(const hub::RepoAdmin& repo, Call& call);
Task<Result<http::Reply>> handle_access_request(hub::RepoAdmin repo, Body<HandleRequest> body,
                                                Call& call);
Task<Result<http::Reply>> grant_access(hub::RepoAdmin repo, Body<GrantRequest> body, Call& call);

}  // namespace kohaku::api
