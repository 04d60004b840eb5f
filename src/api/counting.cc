#include "api/counting.h"

#include <fmt/format.h>

namespace kohaku::api {
namespace {

Result<bool> is_included(const Call& call, std::string_view name) {
  const auto word = call.query.text(name);
  if (!word || *word == "include") return true;
  if (*word == "exclude") return false;
  return fail(Code::bad_request, fmt::format("'{}' must be include or exclude.", name));
}

}  // namespace

Result<stats::Counting> counting_of(const Call& call) {
  stats::Counting counting;
  if (const auto name = call.query.text("policy")) {
    const auto policy = stats::policy_from(*name);
    if (!policy) {
      return fail(Code::bad_request, "'policy' must be hub, huggingface or requests.");
    }
    counting.policy = *policy;
  }
  counting.ci = TRY(is_included(call, "ci"));
  counting.robots = TRY(is_included(call, "bots"));
  return counting;
}

}  // namespace kohaku::api
