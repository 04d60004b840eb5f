#include "api/repos/squash.h"

#include "api/repos/new_repo_reply.h"
#include "hub/squash.h"

namespace kohaku::api {
namespace {

struct SquashedRepo {
  bool success = true;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(SquashedRepo, (), (success, message))

}  // namespace

Task<Result<http::Reply>> squash_repo(hub::SignedInWriter user, Call& call,
                                      Body<SquashRepo> named) {
  const auto type = CO_TRY(parse_type(named->type));
  const auto name = CO_TRY(parse_repo_name(named->repo));
  const auto repo = CO_TRY(hub::Access(call.hub).writable(user.caller(), type, name));
  CO_TRY(co_await hub::super_squash(call.hub, repo, repo.repo().default_branch, ""));
  co_return http::json_reply(
      200, to_json(SquashedRepo{true, "Repository " + repo.repo().full_name() + " was squashed."}));
}

}  // namespace kohaku::api
