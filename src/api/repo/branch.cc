#include "api/repo/branch.h"

#include <boost/describe.hpp>

#include "api/json.h"
#include "hub/branches.h"

namespace kohaku::api {
namespace {

struct Wanted {
  std::optional<std::string> startingPoint;
  std::optional<bool> emptyBranch;
  std::optional<bool> overwrite;
};
BOOST_DESCRIBE_STRUCT(Wanted, (), (startingPoint, emptyBranch, overwrite))

struct NamedBranch {
  std::string branch;
  std::optional<std::string> revision;
};
BOOST_DESCRIBE_STRUCT(NamedBranch, (), (branch, revision))

struct BranchReply {
  bool success = true;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(BranchReply, (), (success, message))

constexpr std::uint64_t most_body_bytes = 64 * 1024;

http::Reply done(std::string message) {
  return http::json_reply(200, to_json(BranchReply{true, std::move(message)}));
}

}  // namespace

Task<Result<http::Reply>> create_branch(hub::WritableRepo repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_body_bytes));
  const auto wanted = CO_TRY(from_json<Wanted>(text.empty() ? "{}" : text));
  const auto name = call.path.rest_path();
  hub::NewBranch branch{name, wanted.startingPoint.value_or(""), wanted.emptyBranch.value_or(false),
                        wanted.overwrite.value_or(false)};
  CO_TRY(co_await hub::create_branch(call.hub, repo, std::move(branch)));
  co_return done("Branch '" + name + "' was created.");
}

Task<Result<http::Reply>> create_named_branch(hub::WritableRepo repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_body_bytes));
  const auto wanted = CO_TRY(from_json<NamedBranch>(text));
  hub::NewBranch branch{.name = wanted.branch, .starting_point = wanted.revision.value_or("")};
  CO_TRY(co_await hub::create_branch(call.hub, repo, std::move(branch)));
  co_return done("Branch '" + wanted.branch + "' was created.");
}

Task<Result<http::Reply>> delete_branch(hub::WritableRepo repo, Call& call) {
  const auto name = call.path.rest_path();
  CO_TRY(co_await hub::delete_branch(call.hub, repo, name));
  co_return done("Branch '" + name + "' was deleted.");
}

}  // namespace kohaku::api
