#include "api/repo/commit.h"

#include "api/json.h"
#include "hub/commit.h"

namespace kohaku::api {

Result<> refuse_pull_request(const Call& call) {
  if (!TRY(call.query.boolean("create_pr", false))) return {};
  return fail(Code::not_implemented, "Pull requests are not offered by this hub yet.");
}

Task<Result<http::Reply>> create_commit(hub::WritableRepo repo, Call& call) {
  CO_TRY(refuse_pull_request(call));
  const auto head =
      CO_TRY(co_await hub::commit(call.hub, repo, call.path.rest_path(), *call.request.body));
  CommitReply reply;
  reply.commitUrl = call.repo_url(repo.repo()) + "/commit/" + head.hex();
  reply.commitOid = head;
  co_return http::json_reply(200, to_json(reply));
}

}  // namespace kohaku::api
