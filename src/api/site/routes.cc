#include "api/routes.h"
#include "api/site/about.h"
#include "api/site/check_name.h"
#include "api/site/metrics.h"
#include "api/site/tags_by_type.h"
#include "api/site/telemetry.h"
#include "api/site/validate_yaml.h"

namespace kohaku::api {

void add_site_routes(Routes& routes) {
  routes.file("api/site/about.cc")
      .own()
      .get<&index>("/")
      .get<&health>("/health")
      .get<&show_version>("/api/version")
      .get<&site_config>("/api/site-config");
  routes.file("api/site/metrics.cc").own().get<&metrics>("/metrics");
  routes.file("api/site/telemetry.cc")
      .own()
      .get<&agent_harnesses>("/api/agent-harnesses")
      .head<&telemetry>("/api/telemetry/{path...}")
      .get<&telemetry>("/api/telemetry/{path...}")
      .post<&telemetry>("/v1/telemetry");
  routes.file("api/site/check_name.cc").own().post<&check_name>("/api/validate/check-name");
  routes.file("api/site/validate_yaml.cc").own().post<&validate_yaml>("/api/validate-yaml");
  routes.file("api/site/tags_by_type.cc")
      .own()
      .get<&model_tags>("/api/models-tags-by-type")
      .get<&dataset_tags>("/api/datasets-tags-by-type");
}

}  // namespace kohaku::api
