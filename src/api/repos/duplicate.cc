#include "api/repos/duplicate.h"

#include "api/repos/new_repo_reply.h"
#include "hub/duplicate.h"

namespace kohaku::api {

Task<Result<http::Reply>> duplicate_repo(hub::SignedInWriter user, hub::ReadableContent repo,
                                         Call& call, Body<DuplicateRepo> wanted) {
  const auto target =
      CO_TRY(parse_target(user.user(), wanted->repository, std::nullopt, repo.repo().type));
  const auto owner = CO_TRY(hub::Access(call.hub).namespace_writer(user.caller(), target.owner));
  const auto make_private = CO_TRY(parse_private(wanted->visibility, wanted->private_));
  co_return new_repo_reply(
      call, target,
      co_await hub::duplicate_repository(call.hub, repo, owner, target.name, make_private));
}

}  // namespace kohaku::api
