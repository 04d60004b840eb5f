#include "api/routes.h"

#include <initializer_list>
#include <string>

#include "api/lfs/batch.h"
#include "api/lfs/locks.h"
#include "api/lfs/objects.h"
#include "api/lfs/reply.h"
#include "api/lfs/uploads.h"
#include "api/lfs/verify.h"

namespace kohaku::api {
namespace {

// Every spelling of a repository's LFS server: decision 2, and below /api as the seed writes some.
constexpr std::initializer_list<const char*> lfs_roots = {"/{repo}.git/info/lfs",
                                                          "/{repo}/info/lfs",
                                                          "/{type}s/{repo}.git/info/lfs",
                                                          "/{type}s/{repo}/info/lfs",
                                                          "/api/{repo}.git/info/lfs",
                                                          "/api/{repo}/info/lfs",
                                                          "/api/{type}s/{repo}.git/info/lfs",
                                                          "/api/{type}s/{repo}/info/lfs"};

void add_repository_lfs(Routes& routes) {
  routes.file("api/lfs/batch.cc")
      .in_place()
      .asks_for_credentials()
      .tells(&lfs_error_reply)
      .counts(stats::Door::lfs_batch);
  for (const std::string root : lfs_roots) routes.post<&lfs_batch>(root + "/objects/batch");
  routes.file("api/lfs/verify.cc").in_place().asks_for_credentials().tells(&lfs_error_reply);
  for (const std::string root : lfs_roots) routes.post<&verify_lfs_object>(root + "/verify");
  routes.file("api/lfs/locks.cc").in_place().asks_for_credentials().tells(&lfs_error_reply);
  for (const std::string root : lfs_roots) {
    routes.get<&list_lfs_locks>(root + "/locks").post<&create_lfs_lock>(root + "/locks");
    routes.post<&verify_lfs_locks>(root + "/locks/verify");
    routes.post<&remove_lfs_lock>(root + "/locks/{id}/unlock");
  }
}

}  // namespace

void add_lfs_routes(Routes& routes) {
  add_repository_lfs(routes);
  routes.file("api/lfs/uploads.cc")
      .put<&put_upload>("/api/lfs/uploads/{id}")
      .put<&put_upload_part>("/api/lfs/uploads/{id}/parts/{part}")
      .post<&complete_upload>("/api/lfs/uploads/{id}/complete");
  routes.file("api/lfs/objects.cc")
      .counts(stats::Door::lfs_object)
      .get<&get_lfs_object>("/api/lfs/objects/{repository}/{oid}");
}

}  // namespace kohaku::api
