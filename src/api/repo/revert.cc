#include "api/repo/revert.h"

#include <fmt/format.h>

#include <boost/describe.hpp>

#include "api/json.h"
#include "api/repo/branch_change.h"
#include "hub/revert.h"

namespace kohaku::api {
namespace {

struct Wanted {
  std::string ref;
  std::optional<std::int64_t> parent_number;
  std::optional<std::string> message;
  std::optional<bool> allow_empty;
};
BOOST_DESCRIBE_STRUCT(Wanted, (), (ref, parent_number, message, allow_empty))

struct RevertReply {
  bool success = true;
  std::string message;
  Sha1 new_commit_id;
};
BOOST_DESCRIBE_STRUCT(RevertReply, (), (success, message, new_commit_id))

}  // namespace

Task<Result<http::Reply>> revert_commit(hub::WritableRepo repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_branch_body_bytes));
  auto wanted = CO_TRY(from_json<Wanted>(text));
  const std::string branch(call.path.value("branch"));
  hub::WantedRevert revert{.branch = branch,
                           .revision = wanted.ref,
                           .parent_number = wanted.parent_number.value_or(1),
                           .message = wanted.message.value_or(""),
                           .allow_empty = wanted.allow_empty.value_or(false)};
  auto change = CO_TRY(co_await hub::revert(call.hub, repo, std::move(revert)));
  const auto what = fmt::format("'{}' on branch '{}'", wanted.ref, branch);
  if (!change.conflicts.empty()) {
    co_return conflict_reply("Taking back " + what, std::move(change.conflicts));
  }
  co_return http::json_reply(
      200, to_json(RevertReply{true, fmt::format("Took back {}.", what), change.head}));
}

}  // namespace kohaku::api
