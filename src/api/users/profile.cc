#include "api/users/profile.h"

#include <fmt/format.h>

#include "api/users/avatar.h"
#include "hub/account_repos.h"
#include "hub/accounts.h"
#include "hub/likes.h"
#include "hub/organizations.h"

namespace kohaku::api {
namespace {

constexpr std::int64_t default_repos = 100;
constexpr std::int64_t most_repos = 1000;

std::string shown_name(const std::string& full_name, const std::string& name) {
  return full_name.empty() ? name : full_name;
}

Result<hub::Account> require_account(db::Connection& connection, std::string_view name) {
  auto account = TRY(hub::find_account(connection, name));
  if (!account) return fail(Code::not_found, fmt::format("'{}' was not found.", name));
  return std::move(*account);
}

Result<hub::RepoOrder> parse_order(const Query& query) {
  const auto sort = query.text("sort").value_or("recent");
  if (sort == "recent") return hub::RepoOrder::recent;
  if (sort == "likes") return hub::RepoOrder::likes;
  if (sort == "downloads") return hub::RepoOrder::downloads;
  return fail(Code::bad_request, "'sort' must be 'recent', 'likes' or 'downloads'.");
}

ProfileRepoReply to_reply(hub::ProfileRepo&& found) {
  ProfileRepoReply reply;
  reply.id = found.repo.full_name();
  reply.author = found.repo.owner;
  reply.private_ = found.repo.private_;
  if (found.head) reply.sha = found.head->hex();
  reply.lastModified = found.repo.updated_at;
  reply.createdAt = found.repo.created_at;
  reply.downloads = found.repo.downloads;
  reply.likes = found.repo.likes;
  if (found.repo.gated == "false") reply.gated = false;
  else reply.gated = found.repo.gated;
  reply.tags = std::move(found.tags);
  return reply;
}

}  // namespace

Result<UserOverview> user_overview(const hub::Anyone& anyone, Call& call) {
  return call.hub.database.read_now([&](db::Connection& connection) -> Result<UserOverview> {
    const auto account = TRY(hub::require_user(connection, call.path.value("user")));
    const auto counts = TRY(hub::count_repos(connection, anyone.caller(), account.id));
    UserOverview overview;
    overview.user = account.name;
    overview.fullname = shown_name(account.full_name, account.name);
    overview.avatarUrl = user_avatar_url(call, account.name);
    overview.details = account.description;
    overview.numModels = counts.models;
    overview.numDatasets = counts.datasets;
    overview.numSpaces = counts.spaces;
    overview.numLikes = TRY(hub::list_liked(connection, anyone.caller(), account.id, 1, "")).total;
    overview.createdAt = account.created_at;
    for (const auto& membership : TRY(hub::list_memberships(connection, account.id))) {
      overview.orgs.push_back({membership.name, shown_name(membership.full_name, membership.name),
                               organization_avatar_url(call, membership.name)});
    }
    return overview;
  });
}

Result<AccountType> account_type(const hub::Anyone&, Call& call) {
  const auto account = TRY(call.hub.database.read_now(
      [&](auto& c) { return require_account(c, call.path.value("user")); }));
  return AccountType{account.kind == hub::AccountKind::org ? "org" : "user"};
}

Result<ProfileRepos> account_repos(const hub::Anyone& anyone, Call& call) {
  const auto order = TRY(parse_order(call.query));
  const auto limit =
      static_cast<std::size_t>(TRY(call.query.integer("limit", default_repos, 1, most_repos)));
  return call.hub.database.read_now([&](db::Connection& connection) -> Result<ProfileRepos> {
    const auto account = TRY(require_account(connection, call.path.value("user")));
    const auto list = [&](RepoType type) -> Result<std::vector<ProfileRepoReply>> {
      std::vector<ProfileRepoReply> replies;
      for (auto& found :
           TRY(hub::list_repos(connection, anyone.caller(), account.id, type, order, limit))) {
        replies.push_back(to_reply(std::move(found)));
      }
      return replies;
    };
    ProfileRepos repos;
    repos.models = TRY(list(RepoType::model));
    repos.datasets = TRY(list(RepoType::dataset));
    repos.spaces = TRY(list(RepoType::space));
    return repos;
  });
}

Result<std::vector<Follower>> user_followers(const hub::Anyone&, Call& call) {
  TRY(call.hub.database.read_now(
      [&](auto& c) { return hub::require_user(c, call.path.value("user")); }));
  return std::vector<Follower>{};
}

}  // namespace kohaku::api
