#include "api/xet/token.h"

#include <string>

#include "api/download_event.h"
#include "api/json.h"
#include "hub/revisions.h"
#include "hub/xet_access.h"

namespace kohaku::api {
namespace {

struct XetToken {
  std::string casUrl;  // the wire's own spelling
  std::string accessToken;
  std::int64_t exp = 0;
};
BOOST_DESCRIBE_STRUCT(XetToken, (), (casUrl, accessToken, exp))

Result<http::Reply> answer(const Call& call, const hub::ReadableContent& repo,
                           hub::XetRight right) {
  const auto grant = TRY(hub::grant_xet(call.hub, repo, right, who_calls(call)));
  const XetToken token{call.base_url() + grant.cas_path, grant.token, grant.expires};
  auto reply = http::json_reply(200, to_json(token));
  reply.headers.set("X-Xet-Cas-Url", token.casUrl);
  reply.headers.set("X-Xet-Access-Token", token.accessToken);
  reply.headers.set("X-Xet-Token-Expiration", std::to_string(token.exp));
  reply.headers.set("Cache-Control", "no-store");
  return reply;
}

// The write right, or the lesser one of opening a pull request where that is what is asked for.
Result<hub::XetRight> right_of(const Call& call, const hub::ReadableContent& repo) {
  const auto writable = hub::Access(call.hub).writable(repo);
  if (writable) return hub::XetRight::write;
  const auto revision = call.path.rest_path();
  if (TRY(call.query.boolean("create_pr", false)) || revision.starts_with("refs/pr/")) {
    return hub::XetRight::pull_request;
  }
  return std::unexpected(writable.error());
}

}  // namespace

Task<Result<http::Reply>> xet_read_token(hub::ReadableContent repo, Call& call) {
  CO_TRY(hub::resolve_revision(call.hub, repo.repo(), call.path.rest_path()));
  co_return answer(call, repo, hub::XetRight::read);
}

Task<Result<http::Reply>> xet_write_token(hub::ReadableContent repo, hub::SignedInWriter,
                                          Call& call) {
  co_return answer(call, repo, CO_TRY(right_of(call, repo)));
}

}  // namespace kohaku::api
