#include "api/routes.h"
#include "api/repos/create.h"
#include "api/repos/duplicate.h"
#include "api/repos/list.h"
#include "api/repos/settings.h"

namespace kohaku::api {

void add_repository_routes(Routes& routes) {
  routes.file("api/repos/create.cc")
      .post<&create_repo>("/api/repos/create")
      .remove<&delete_repo>("/api/repos/delete")
      .post<&move_repo>("/api/repos/move");
  routes.file("api/repos/duplicate.cc").post<&duplicate_repo>("/api/{type}s/{repo}/duplicate");
  routes.file("api/repos/list.cc").get<&list_repositories>("/api/{type}s");
  routes.file("api/repos/settings.cc")
      .put<&change_repo_settings>("/api/{type}s/{repo}/settings")
      .put<&change_repo_settings>("/{type}s/{repo}/settings")
      .get<&show_lfs_settings>("/api/{type}s/{repo}/settings/lfs")
      .get<&show_lfs_settings>("/api/{type}s/{repo}/lfs/settings")
      .get<&show_lfs_settings>("/{type}s/{repo}/settings/lfs")
      .get<&show_lfs_settings>("/{type}s/{repo}/lfs/settings");
}

}  // namespace kohaku::api
