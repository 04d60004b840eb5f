// Whether a name can be had, for whoever fills in a form.
//
//   POST /api/validate/check-name   {name, namespace?, type?}
// With a namespace the name is a repository's, else an account's.
#pragma once

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct CheckNameRequest {
  std::string name;
  std::optional<std::string> namespace_;
  std::optional<std::string> type;  // model when it is not given
};
BOOST_DESCRIBE_STRUCT(CheckNameRequest, (), (name, namespace_, type))

struct CheckNameReply {
  bool available = true;
  std::string normalized_name;
  std::optional<std::string> conflict_with;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(CheckNameReply, (), (available, normalized_name, conflict_with, message))

Result<CheckNameReply> check_name(const hub::Anyone& anyone, hub::Hub& hub,
                                  const Body<CheckNameRequest>& body);

}  // namespace kohaku::api
