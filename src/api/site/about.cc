#include "api/site/about.h"

#include "base/version.h"

namespace kohaku::api {

Task<Result<IndexReply>> index(hub::Anyone, Call& call) {
  const auto base = call.base_url();
  IndexReply reply;
  reply.name = call.hub.config.site_name;
  reply.version = version;
  reply.description = "A self-hosted hub for models, datasets and spaces, for Hugging Face clients";
  reply.endpoints = {
      {"register", base + "/api/auth/register"}, {"login", base + "/api/auth/login"},
      {"tokens", base + "/api/auth/tokens"},     {"whoami", base + "/api/whoami-v2"},
      {"models", base + "/api/models"},          {"datasets", base + "/api/datasets"},
      {"spaces", base + "/api/spaces"},          {"health", base + "/health"},
      {"version", base + "/api/version"}};
  co_return reply;
}

Task<Result<http::Reply>> health(hub::Anyone, hub::Hub& hub) {
  CO_TRY(hub.database.read_now([](db::Connection& connection) -> Result<> {
    TRY(connection.sql("SELECT 1").first<std::int64_t>());
    return {};
  }));
  co_return http::json_reply(200, R"({"status":"ok"})");
}

Task<Result<VersionReply>> show_version(hub::Anyone, hub::Hub& hub) {
  co_return VersionReply{.version = std::string(version), .name = hub.config.site_name};
}

Task<Result<SiteConfigReply>> site_config(hub::Anyone, hub::Hub& hub) {
  co_return SiteConfigReply{hub.config.site_name, hub.config.invitation_only,
                            hub.config.require_email_verification};
}

}  // namespace kohaku::api
