#include "api/routes.h"

namespace kohaku::api {

Routes all_routes() {
  Routes routes;
  add_site_routes(routes);
  add_auth_routes(routes);
  add_account_routes(routes);
  add_repository_routes(routes);
  add_repo_read_routes(routes);
  add_file_routes(routes);
  add_repo_write_routes(routes);
  add_like_routes(routes);
  add_statistics_routes(routes);
  add_gate_routes(routes);
  add_quota_routes(routes);
  add_git_routes(routes);
  add_lfs_routes(routes);
  add_xet_routes(routes);
  add_not_offered_routes(routes);
  return routes;
}

}  // namespace kohaku::api
