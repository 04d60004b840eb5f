#include "api/repo/auth_check.h"
#include "api/repo/blame.h"
#include "api/repo/commit_detail.h"
#include "api/repo/commits.h"
#include "api/repo/compare.h"
#include "api/repo/diff.h"
#include "api/repo/info.h"
#include "api/repo/lfs_files.h"
#include "api/repo/lone_name.h"
#include "api/repo/paths_info.h"
#include "api/repo/refs.h"
#include "api/repo/storage.h"
#include "api/repo/tree.h"
#include "api/routes.h"
#include "api/settings/repositories.h"

namespace kohaku::api {

void add_repo_read_routes(Routes& routes) {
  routes.file("api/repo/info.cc")
      .counts(stats::Door::metadata)
      .get<&repo_info>("/api/{type}s/{repo}")
      .get<&repo_info_at_revision>("/api/{type}s/{repo}/revision/{path...}");
  routes.file("api/repo/tree.cc")
      .counts(stats::Door::metadata)
      .get<&list_tree>("/api/{type}s/{repo}/tree/{rev}")
      .get<&list_tree>("/api/{type}s/{repo}/tree/{rev}/{path...}");
  routes.file("api/repo/paths_info.cc")
      .counts(stats::Door::metadata)
      .post<&paths_info>("/api/{type}s/{repo}/paths-info/{path...}");
  routes.file("api/repo/refs.cc").get<&list_refs>("/api/{type}s/{repo}/refs");
  routes.file("api/repo/commits.cc")
      .get<&list_commits>("/api/{type}s/{repo}/commits/{path...}")
      .get<&list_commits>("/{type}s/{repo}/commits/{path...}");
  routes.file("api/repo/commit_detail.cc")
      .get<&show_commit>("/api/{type}s/{repo}/commit/{rev}")
      .get<&show_commit>("/{type}s/{repo}/commit/{rev}");
  routes.file("api/repo/diff.cc")
      .get<&show_commit_diff>("/api/{type}s/{repo}/commit/{rev}/diff")
      .get<&show_commit_diff>("/{type}s/{repo}/commit/{rev}/diff");
  routes.file("api/repo/compare.cc")
      .get<&compare_revisions>("/api/{type}s/{repo}/compare/{path...}")
      .get<&compare_revisions>("/{type}s/{repo}/compare/{path...}");
  routes.file("api/repo/blame.cc")
      .get<&blame_file>("/api/{type}s/{repo}/blame/{path...}")
      .get<&blame_file>("/{type}s/{repo}/blame/{path...}");
  routes.file("api/repo/auth_check.cc")
      .get<&check_read_access>("/api/{type}s/{repo}/auth-check")
      .get<&check_write_access>("/api/{type}s/{repo}/auth-check/write");
  routes.file("api/repo/lfs_files.cc").get<&list_lfs_files>("/api/{type}s/{repo}/lfs-files");
  routes.file("api/repo/storage.cc")
      .get<&show_storage>("/api/{type}s/{repo}/storage")
      .get<&show_storage>("/{type}s/{repo}/storage");
  routes.file("api/repo/lone_name.cc")
      .get<&no_repo_of_lone_name>("/api/{type}s/{name}")
      .get<&no_repo_of_lone_name>("/api/{type}s/{name}/revision/{path...}")
      .get<&no_repo_of_lone_name>("/api/{type}s/{name}/tree/{path...}")
      .get<&no_repo_of_lone_name>("/{name}/resolve/{path...}")
      .get<&no_repo_of_lone_name>("/{type}s/{name}/resolve/{path...}");
  routes.file("api/settings/repositories.cc")
      .get<&list_own_storage>("/api/settings/repositories")
      .get<&list_organization_storage>("/api/organizations/{org}/settings/repositories");
}

}  // namespace kohaku::api
