// Statistics, in the seeds' spelling and the one below /api.
#include <string>

#include "api/organizations/download_breakdown.h"
#include "api/organizations/publisher_analytics.h"
#include "api/repo/stats.h"
#include "api/repos/trending.h"
#include "api/routes.h"

namespace kohaku::api {

void add_statistics_routes(Routes& routes) {
  for (const std::string prefix : {"/api", ""}) {
    const auto analytics = prefix + "/organizations/{org}/settings/publisher-analytics";
    routes.file("api/repo/stats.cc")
        .get<&repo_stats>(prefix + "/{type}s/{repo}/stats")
        .get<&recent_repo_stats>(prefix + "/{type}s/{repo}/stats/recent");
    routes.file("api/organizations/publisher_analytics.cc")
        .get<&publisher_analytics>(analytics)
        .get<&repo_analytics>(prefix + "/{type}s/{repo}/analytics");
    routes.file("api/organizations/download_breakdown.cc")
        .get<&download_breakdown>(analytics + "/download-breakdown");
  }
  routes.file("api/repos/trending.cc").get<&show_trending>("/api/trending");
}

}  // namespace kohaku::api
