#include "api/routes.h"

#include <initializer_list>
#include <string>

#include "api/git/info_refs.h"
#include "api/git/receive_pack.h"
#include "api/git/reply.h"
#include "api/git/upload_pack.h"

namespace kohaku::api {
namespace {

// Every spelling of a repository's git URL (decision 2).
constexpr std::initializer_list<const char*> git_roots = {"/{repo}.git", "/{repo}",
                                                          "/{type}s/{repo}.git", "/{type}s/{repo}"};

}  // namespace

void add_git_routes(Routes& routes) {
  routes.file("api/git/info_refs.cc").in_place().asks_for_credentials().tells(&git_error_reply);
  for (const std::string root : git_roots) {
    routes.get<&git_info_refs>(root + "/info/refs").get<&git_head>(root + "/HEAD");
  }
  routes.file("api/git/upload_pack.cc")
      .in_place()
      .asks_for_credentials()
      .tells(&git_error_reply)
      .counts(stats::Door::git_fetch);
  for (const std::string root : git_roots) {
    routes.post<&git_upload_pack>(root + "/git-upload-pack");
  }
  routes.file("api/git/receive_pack.cc").in_place().asks_for_credentials().tells(&git_error_reply);
  for (const std::string root : git_roots) {
    routes.post<&git_receive_pack>(root + "/git-receive-pack");
  }
}

}  // namespace kohaku::api
