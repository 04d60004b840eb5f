#include "api/routes.h"
#include "api/quota/quota.h"

namespace kohaku::api {

void add_quota_routes(Routes& routes) {
  routes.file("api/quota/quota.cc")
      .own()
      .get<&show_quota>("/api/quota/{org}")
      .put<&change_quota>("/api/quota/{org}")
      .post<&recalculate_quota>("/api/quota/{org}/recalculate")
      .get<&show_public_quota>("/api/quota/{org}/public")
      .get<&list_use>("/api/quota/{org}/repos")
      .get<&show_repo_quota>("/api/quota/repo/{type}/{repo}")
      .put<&change_repo_quota>("/api/quota/repo/{type}/{repo}")
      .post<&recalculate_repo_quota>("/api/quota/repo/{type}/{repo}/recalculate");
}

}  // namespace kohaku::api
