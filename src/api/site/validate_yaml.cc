#include "api/site/validate_yaml.h"

#include "hub/card_check.h"

namespace kohaku::api {

Result<http::Reply> validate_yaml(const hub::Anyone&, const Body<ValidateYamlRequest>& body) {
  const auto check = hub::check_card(body->content);
  ValidateYamlReply answer;
  for (const auto& message : check.errors) answer.errors.push_back({message});
  for (const auto& message : check.warnings) answer.warnings.push_back({message});
  answer.valid = check.is_valid();
  if (answer.valid) return http::json_reply(200, to_json(answer));
  answer.error = check.errors.front();
  auto reply = http::error_reply({Code::bad_request, check.errors.front(), {}});
  reply.body = to_json(answer);
  return reply;
}

}  // namespace kohaku::api
