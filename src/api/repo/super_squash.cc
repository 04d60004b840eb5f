#include "api/repo/super_squash.h"

#include <boost/describe.hpp>

#include "api/json.h"
#include "hub/squash.h"

namespace kohaku::api {
namespace {

struct Wanted {
  std::optional<std::string> message;
};
BOOST_DESCRIBE_STRUCT(Wanted, (), (message))

struct SquashReply {
  bool success = true;
  std::string message;
  Sha1 commitOid;
};
BOOST_DESCRIBE_STRUCT(SquashReply, (), (success, message, commitOid))

constexpr std::uint64_t most_body_bytes = 256 * 1024;

}  // namespace

Task<Result<http::Reply>> super_squash(hub::WritableRepo repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_body_bytes));
  const auto wanted = CO_TRY(from_json<Wanted>(text.empty() ? "{}" : text));
  const auto branch = call.path.rest_path();
  const auto commit =
      CO_TRY(co_await hub::super_squash(call.hub, repo, branch, wanted.message.value_or("")));
  co_return http::json_reply(
      200, to_json(SquashReply{true, "Branch '" + branch + "' was squashed.", commit}));
}

}  // namespace kohaku::api
