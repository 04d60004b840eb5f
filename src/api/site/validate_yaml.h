// The check of a card that clients ask for before they commit a README.md.
//
//   POST /api/validate-yaml   {content, repoType?}
// 200 {"errors":[],"warnings":[{"message"}],"valid":true}, or 400 with errors. Always JSON.
#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"

namespace kohaku::api {

struct ValidateYamlRequest {
  static constexpr std::uint64_t most_body_bytes = 4 << 20;
  std::string content;
};
BOOST_DESCRIBE_STRUCT(ValidateYamlRequest, (), (content))

struct CardMessage {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(CardMessage, (), (message))

struct ValidateYamlReply {
  std::vector<CardMessage> errors;
  std::vector<CardMessage> warnings;
  bool valid = true;
  Omittable<std::string> error;  // the first of the errors, as every refusal says it
};
BOOST_DESCRIBE_STRUCT(ValidateYamlReply, (), (errors, warnings, valid, error))

Result<http::Reply> validate_yaml(const hub::Anyone& anyone, const Body<ValidateYamlRequest>& body);

}  // namespace kohaku::api
