#include "api/repo/reset.h"

#include <fmt/format.h>

#include <boost/describe.hpp>

#include "api/json.h"
#include "api/repo/branch_change.h"
#include "hub/reset.h"

namespace kohaku::api {
namespace {

struct Wanted {
  std::string ref;
  std::optional<std::string> message;
  std::optional<bool> force;
};
BOOST_DESCRIBE_STRUCT(Wanted, (), (ref, message, force))

struct ResetReply {
  bool success = true;
  std::string message;
  Sha1 commit_id;
};
BOOST_DESCRIBE_STRUCT(ResetReply, (), (success, message, commit_id))

}  // namespace

Task<Result<http::Reply>> reset_branch(hub::WritableRepo repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_branch_body_bytes));
  const auto wanted = CO_TRY(from_json<Wanted>(text));
  const std::string branch(call.path.value("branch"));
  hub::WantedReset reset{.branch = branch,
                         .revision = wanted.ref,
                         .message = wanted.message.value_or(""),
                         .force = wanted.force.value_or(false)};
  const auto change = CO_TRY(co_await hub::reset(call.hub, repo, std::move(reset)));
  const auto message = change.publication
                           ? fmt::format("Branch '{}' was reset to '{}'.", branch, wanted.ref)
                           : fmt::format("Branch '{}' already is as '{}'.", branch, wanted.ref);
  co_return http::json_reply(200, to_json(ResetReply{true, message, change.head}));
}

}  // namespace kohaku::api
