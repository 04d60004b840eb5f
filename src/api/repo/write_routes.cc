// What changes a repository's history.
#include "api/repo/branch.h"
#include "api/repo/commit.h"
#include "api/repo/lfs_files_batch.h"
#include "api/repo/lfs_files_duplicate.h"
#include "api/repo/merge.h"
#include "api/repo/preupload.h"
#include "api/repo/reset.h"
#include "api/repo/revert.h"
#include "api/repo/super_squash.h"
#include "api/repo/tag.h"
#include "api/repos/squash.h"
#include "api/routes.h"

namespace kohaku::api {

void add_repo_write_routes(Routes& routes) {
  routes.file("api/repo/commit.cc").post<&create_commit>("/api/{type}s/{repo}/commit/{rev...}");
  routes.file("api/repo/preupload.cc").post<&preupload>("/api/{type}s/{repo}/preupload/{rev...}");
  routes.file("api/repo/branch.cc")
      .post<&create_branch>("/api/{type}s/{repo}/branch/{branch...}")
      .remove<&delete_branch>("/api/{type}s/{repo}/branch/{branch...}")
      .remove<&delete_branch>("/{type}s/{repo}/branch/{branch...}")
      .post<&create_named_branch>("/api/{type}s/{repo}/branch")
      .post<&create_named_branch>("/{type}s/{repo}/branch");
  routes.file("api/repo/tag.cc")
      .post<&create_tag>("/api/{type}s/{repo}/tag/{rev...}")
      .post<&create_tag>("/api/{type}s/{repo}/tag")
      .post<&create_tag>("/{type}s/{repo}/tag")
      .remove<&delete_tag>("/api/{type}s/{repo}/tag/{tag...}")
      .remove<&delete_tag>("/{type}s/{repo}/tag/{tag...}");
  routes.file("api/repo/merge.cc")
      .post<&merge_branch>("/api/{type}s/{repo}/merge/{source}/into/{dest}")
      .post<&merge_branch>("/{type}s/{repo}/merge/{source}/into/{dest}");
  routes.file("api/repo/revert.cc")
      .post<&revert_commit>("/api/{type}s/{repo}/branch/{branch}/revert")
      .post<&revert_commit>("/{type}s/{repo}/branch/{branch}/revert");
  routes.file("api/repo/reset.cc")
      .post<&reset_branch>("/api/{type}s/{repo}/branch/{branch}/reset")
      .post<&reset_branch>("/{type}s/{repo}/branch/{branch}/reset");
  routes.file("api/repo/super_squash.cc")
      .post<&super_squash>("/api/{type}s/{repo}/super-squash/{branch...}");
  routes.file("api/repo/lfs_files_batch.cc")
      .post<&change_lfs_files>("/api/{type}s/{repo}/lfs-files/batch");
  routes.file("api/repo/lfs_files_duplicate.cc")
      .post<&duplicate_lfs_files>("/api/{type}s/{repo}/lfs-files/duplicate");
  routes.file("api/repos/squash.cc").post<&squash_repo>("/api/repos/squash");
}

}  // namespace kohaku::api
