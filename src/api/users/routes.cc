#include "api/routes.h"
#include "api/organizations/access_logs.h"
#include "api/organizations/members.h"
#include "api/organizations/organization.h"
#include "api/users/avatar.h"
#include "api/users/keys.h"
#include "api/users/profile.h"

namespace kohaku::api {
namespace {

// The seed's spelling and the one below /api.
void add_organization_routes(Routes& routes, const std::string& prefix) {
  routes.file("api/organizations/organization.cc")
      .own()
      .post<&create_organization>(prefix + "/org/create")
      .get<&organization>(prefix + "/org/{org}")
      .get<&organizations_of_user>(prefix + "/org/users/{user}/orgs");
  routes.file("api/organizations/members.cc")
      .own()
      .get<&members>(prefix + "/org/{org}/members")
      .post<&add_member>(prefix + "/org/{org}/members")
      .put<&change_role>(prefix + "/org/{org}/members/{username}")
      .remove<&remove_member>(prefix + "/org/{org}/members/{username}");
}

}  // namespace

void add_account_routes(Routes& routes) {
  routes.file("api/users/profile.cc")
      .get<&user_overview>("/api/users/{user}/overview")
      .get<&account_type>("/api/users/{user}/type")
      .get<&account_repos>("/api/users/{user}/repos")
      .get<&user_followers>("/api/users/{user}/followers")
      .get<&user_followers>("/api/users/{user}/following");
  routes.file("api/users/keys.cc")
      .own()
      .get<&list_keys>("/api/user/keys")
      .post<&add_key>("/api/user/keys")
      .get<&show_key>("/api/user/keys/{id}")
      .remove<&remove_key>("/api/user/keys/{id}");
  routes.file("api/users/avatar.cc")
      .own()
      .get<&user_avatar>("/api/users/{user}/avatar")
      .get<&organization_avatar>("/api/organizations/{org}/avatar");
  routes.file("api/organizations/organization.cc")
      .get<&organization_overview>("/api/organizations/{org}/overview")
      .get<&organization_followers>("/api/organizations/{org}/followers");
  routes.file("api/organizations/members.cc")
      .get<&member_overviews>("/api/organizations/{org}/members");
  const std::string logs = "/organizations/{org}/settings/publisher-analytics/access-logs";
  routes.file("api/organizations/access_logs.cc")
      .own()
      .get<&access_logs>(logs)
      .post<&rotate_access_log_key>(logs + "/rotate-key");
  add_organization_routes(routes, "");
  add_organization_routes(routes, "/api");
}

}  // namespace kohaku::api
