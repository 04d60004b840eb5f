#include "hub/analytics_scope.h"

#include <fmt/format.h>

namespace kohaku::hub {
namespace {

Result<> check_admin(db::Connection& connection, const Caller& caller, AccountId owner,
                     std::string_view name) {
  if (TRY(role_in(connection, caller, owner)) >= Role::admin) return {};
  return fail(Code::forbidden, fmt::format("You do not administer '{}'.", name));
}

}  // namespace

Result<AnalyticsScope> AnalyticsScope::of_namespace(Hub& hub, const SignedIn& caller,
                                                    std::string_view name) {
  return hub.database.read_now([&](db::Connection& connection) -> Result<AnalyticsScope> {
    auto row = TRY(connection.sql("SELECT id, name FROM account WHERE lookup_name = ?1")
                       .bind(normalize_name(name))
                       .first<AccountId, std::string>());
    if (!row) return fail(Code::not_found, fmt::format("'{}' was not found.", name.substr(0, 96)));
    auto& [id, canonical] = *row;
    TRY(check_admin(connection, caller.caller(), id, canonical));
    return AnalyticsScope(id, std::move(canonical), std::nullopt);
  });
}

Result<AnalyticsScope> AnalyticsScope::of_repository(Hub& hub, const ReadableRepo& readable) {
  const auto& caller = readable.caller();
  const auto& repo = readable.repo();
  if (!caller.user) return fail(Code::unauthorized, "Not authenticated");
  return hub.database.read_now([&](db::Connection& connection) -> Result<AnalyticsScope> {
    TRY(check_admin(connection, caller, repo.owner_id, repo.owner));
    return AnalyticsScope(repo.owner_id, repo.owner, repo.id);
  });
}

}  // namespace kohaku::hub
