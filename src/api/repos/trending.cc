#include "api/repos/trending.h"

#include "hub/trending.h"

namespace kohaku::api {
namespace {

Result<hub::TrendingQuery> query_of(const Call& call) {
  hub::TrendingQuery query;
  if (const auto word = call.query.text("repo_type")) {
    const auto type = repo_type_from(*word);
    if (!type) return fail(Code::bad_request, "'repo_type' must be model, dataset or space.");
    query.type = *type;
  }
  query.days = TRY(call.query.integer("days", 7, 1, 90));
  query.limit = static_cast<std::size_t>(TRY(call.query.integer("limit", 20, 1, 100)));
  return query;
}

}  // namespace

Task<Result<TrendingReply>> show_trending(hub::Anyone caller, Call& call) {
  const auto query = CO_TRY(query_of(call));
  auto found = CO_TRY(co_await hub::trending(call.hub, std::move(caller), query));
  TrendingReply reply{{}, period_reply(found.period)};
  for (auto& repo : found.repos) {
    reply.trending.push_back({std::move(repo.full_name), std::string(to_string(repo.type)),
                              repo.downloads, repo.likes, repo.recent_downloads, repo.private_});
  }
  co_return reply;
}

}  // namespace kohaku::api
