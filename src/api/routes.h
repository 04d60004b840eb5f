// The list of all routes, by noun. routes.cc joins them.
#pragma once

#include "api/router.h"

namespace kohaku::api {

void add_site_routes(Routes& routes);         // api/site
void add_auth_routes(Routes& routes);         // api/auth, api/oauth
void add_account_routes(Routes& routes);      // api/users, api/organizations
void add_repository_routes(Routes& routes);   // api/repos: create, delete, move, settings, list
void add_repo_read_routes(Routes& routes);    // api/repo: info, tree, refs, commits, files
void add_file_routes(Routes& routes);         // api/repo: resolve, raw
void add_repo_write_routes(Routes& routes);   // api/repo: commit, preupload, branch, tag
void add_like_routes(Routes& routes);         // api/repo: like, likers; api/users/likes
void add_statistics_routes(Routes& routes);   // api/repo/stats, trending, publisher analytics
void add_gate_routes(Routes& routes);         // api/repo: asking for access, deciding upon it
void add_quota_routes(Routes& routes);        // api/quota
void add_git_routes(Routes& routes);          // api/git
void add_lfs_routes(Routes& routes);          // api/lfs
void add_xet_routes(Routes& routes);          // api/xet
void add_not_offered_routes(Routes& routes);  // api/site/not_offered.cc: 501 and 404 by name

}  // namespace kohaku::api
