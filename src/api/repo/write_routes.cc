// What changes a repository's history.
#include "api/repo/commit.h"
#include "api/routes.h"

namespace kohaku::api {

void add_repo_write_routes(Routes& routes) {
  routes.file("api/repo/commit.cc").post<&create_commit>("/api/{type}s/{repo}/commit/{rev...}");
}

}  // namespace kohaku::api
